using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Which project, where its API is, and the key to it.</summary>
internal sealed record NeonAccess
{
    /// <summary>Variable with the API's key.</summary>
    public const string KeyVariable = "NEON_API_KEY";

    /// <summary>Variable with the project's id.</summary>
    public const string ProjectVariable = "NEON_PROJECT_ID";

    /// <summary>Variable with another address of the API: scheme and host, and a path where it is not <c>/api/v2</c>.</summary>
    public const string HostVariable = "NEON_API_HOST";

    private const string DefaultHost = "https://console.neon.tech";
    private const string DefaultPath = "/api/v2/";

    /// <summary>Address that paths are put behind; ends in a slash.</summary>
    public required Uri Address { get; init; }

    /// <summary>The key.</summary>
    public required Secret Key { get; init; }

    /// <summary>The project's id.</summary>
    public required string Project { get; init; }

    /// <summary>Whether the machine is set up for a Neon project.</summary>
    public static bool IsConfigured(HostEnvironment environment) =>
        environment.Variable(KeyVariable) is not null && environment.Variable(ProjectVariable) is not null;

    /// <summary>Reads the variables.</summary>
    /// <exception cref="ConfigurationException"><c>NeonNotConfigured</c>, <c>NeonAddressInvalid</c>.</exception>
    public static NeonAccess Resolve(HostEnvironment environment)
    {
        var project = Read(environment, ProjectVariable);
        if (project.Length > 60 || !project.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            throw new ConfigurationException(
                ErrorCatalog.NeonNotConfigured,
                $"'{project}' is no id of a Neon project: it has up to 60 small letters, digits and dashes.",
                new ErrorContext { Target = ProjectVariable });
        }

        var key = Read(environment, KeyVariable);
        if (!key.All(c => c is > ' ' and < '\x7f'))
        {
            throw new ConfigurationException(ErrorCatalog.NeonNotConfigured, $"{KeyVariable} holds characters that no key has.", new ErrorContext { Target = KeyVariable });
        }

        return new NeonAccess { Address = ReadAddress(environment.Variable(HostVariable) ?? DefaultHost), Key = new Secret(key), Project = project };
    }

    private static string Read(HostEnvironment environment, string variable) =>
        environment.Variable(variable)?.Trim() is { Length: > 0 } value
            ? value
            : throw new ConfigurationException(ErrorCatalog.NeonNotConfigured, $"{variable} is not set.", new ErrorContext { Target = variable });

    private static Uri ReadAddress(string text)
    {
        // The text is not quoted: what was pasted into the wrong variable may be the key.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0 || address.Query.Length > 0)
        {
            throw new ConfigurationException(ErrorCatalog.NeonAddressInvalid, $"{HostVariable} is not an address such as {DefaultHost}.", new ErrorContext { Target = HostVariable });
        }

        if (address.Scheme == "http" && !address.IsLoopback)
        {
            throw new ConfigurationException(ErrorCatalog.NeonAddressInvalid, $"{HostVariable} would send the key to {address.Host} in the clear.", new ErrorContext { Target = HostVariable });
        }

        return new Uri(address, address.AbsolutePath == "/" ? DefaultPath : address.AbsolutePath.TrimEnd('/') + "/");
    }
}
