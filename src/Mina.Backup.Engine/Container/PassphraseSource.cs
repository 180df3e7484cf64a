using System.Text;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>Where a passphrase comes from: given, a file's first line, or <c>GPG_BACKUP_PASSPHRASE</c>.</summary>
internal static class PassphraseSource
{
    /// <summary>Variable that holds the passphrase.</summary>
    public const string Variable = "GPG_BACKUP_PASSPHRASE";

    /// <summary>The passphrase given, or of the file; null when neither was named. <c>OptionConflict</c> when both were.</summary>
    public static Secret? Given(Secret? passphrase, string? file)
    {
        if (passphrase is not null && file is not null)
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, "A passphrase and a passphrase file were both given.");
        }

        if (passphrase is { IsEmpty: true })
        {
            throw new ConfigurationException(ErrorCatalog.PassphraseMissing, "The passphrase given is empty.");
        }

        return passphrase is not null ? passphrase.Copy() : file is not null ? ReadFile(file) : null;
    }

    /// <summary>The passphrase of the environment; null when unset or empty.</summary>
    public static Secret? FromEnvironment(HostEnvironment environment) =>
        environment.Variable(Variable) is { Length: > 0 } value ? new Secret(value) : null;

    /// <summary>
    /// The first line, to the first line feed, as gpg's --passphrase-file reads it. A carriage return before it is refused: gpg takes it as part of
    /// the passphrase on one platform and not on another.
    /// </summary>
    private static Secret ReadFile(string path)
    {
        var context = new ErrorContext { Target = path };
        try
        {
            var bytes = File.ReadAllBytes(path);
            var end = Array.IndexOf(bytes, (byte)'\n');
            var line = bytes.AsSpan(0, end < 0 ? bytes.Length : end);
            if (line.IsEmpty)
            {
                throw new ConfigurationException(ErrorCatalog.KeyFileUnreadable, $"The first line of the passphrase file {path} is empty.", context);
            }

            if (line[^1] == '\r')
            {
                throw new ConfigurationException(
                    ErrorCatalog.KeyFileUnreadable,
                    $"The first line of the passphrase file {path} ends in a carriage return, which gpg may take as part of the passphrase.",
                    context with { Action = "Save the file with line feeds alone." });
            }

            return new Secret(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException)
        {
            throw new ConfigurationException(ErrorCatalog.KeyFileUnreadable, $"The passphrase file {path} cannot be read: {e.Message}", context, e);
        }
    }
}
