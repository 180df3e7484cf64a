using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Requests;

/// <summary>
/// How a new backup is to be protected, as asked for. With nothing given, <c>GPG_BACKUP_PASSPHRASE</c> decides: set, it is the
/// passphrase; unset, the backup is not encrypted and the run warns, or fails under <see cref="RequireEncryption"/>.
/// </summary>
public sealed record ProtectionRequest
{
    /// <summary>Passphrase.</summary>
    public Secret? Passphrase { get; init; }

    /// <summary>File whose first line is the passphrase.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>File with the recipient's OpenPGP public key, armored or binary.</summary>
    public string? RecipientFile { get; init; }

    /// <summary>Do not encrypt, and do not warn about it.</summary>
    public bool NoEncryption { get; init; }

    /// <summary>Fail rather than write an unencrypted backup.</summary>
    public bool RequireEncryption { get; init; }
}
