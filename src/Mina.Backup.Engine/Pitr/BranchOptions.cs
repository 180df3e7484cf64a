using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>Options that only some providers have.</summary>
internal static class BranchOptions
{
    /// <summary>Refuses options that were given and mean nothing to a provider: leaving them out silently would make another branch than was asked for.</summary>
    /// <exception cref="ConfigurationException"><c>BranchOptionNotSupported</c>.</exception>
    public static void Refuse(PitrProvider provider, params IReadOnlyList<(string Option, bool IsGiven)> options)
    {
        List<string> given = [.. options.Where(option => option.IsGiven).Select(option => option.Option)];
        if (given.Count > 0)
        {
            throw NotSupported(provider, [.. given]);
        }
    }

    /// <summary>The refusal itself.</summary>
    public static ConfigurationException NotSupported(PitrProvider provider, params IReadOnlyList<string> options) => new(
        ErrorCatalog.BranchOptionNotSupported,
        $"Branches of the kind {provider} do not have {(options.Count == 1 ? "this option" : "these options")}: {string.Join(", ", options)}.",
        new ErrorContext { Target = options[0] });
}
