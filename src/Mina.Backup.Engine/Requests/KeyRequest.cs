using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Requests;

/// <summary>What opens an encrypted backup. With nothing given, <c>GPG_BACKUP_PASSPHRASE</c> is tried.</summary>
public sealed record KeyRequest
{
    /// <summary>Passphrase of the backup.</summary>
    public Secret? Passphrase { get; init; }

    /// <summary>File whose first line is the passphrase.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>File with the recipient's OpenPGP secret key, armored or binary.</summary>
    public string? PrivateKeyFile { get; init; }

    /// <summary>Passphrase of the secret key; when null, <see cref="Passphrase"/> or the file's serves.</summary>
    public Secret? PrivateKeyPassphrase { get; init; }
}
