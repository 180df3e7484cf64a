namespace Mina.Backup.Model;

// Passphrases and keys.
public static partial class ErrorCatalog
{
    /// <summary>The backup is encrypted with a passphrase and none was given.</summary>
    public static readonly ErrorDefinition PassphraseMissing = new(
        nameof(PassphraseMissing),
        ErrorKind.InvalidArgument,
        "The backup is encrypted with a passphrase and none was given.",
        "Set GPG_BACKUP_PASSPHRASE, or give -PassphraseFile or -Passphrase.");

    /// <summary>The passphrase does not open the backup.</summary>
    public static readonly ErrorDefinition PassphraseWrong = new(
        nameof(PassphraseWrong),
        ErrorKind.AuthenticationFailed,
        "The passphrase does not open the backup.",
        "Give the passphrase that was in use when the backup was made.");

    /// <summary>The backup is encrypted for a recipient and no private key was given.</summary>
    public static readonly ErrorDefinition PrivateKeyMissing = new(
        nameof(PrivateKeyMissing),
        ErrorKind.InvalidArgument,
        "The backup is encrypted for a recipient and no private key was given.",
        "Give -PrivateKey the recipient's exported secret key file.");

    /// <summary>The private key does not open the backup.</summary>
    public static readonly ErrorDefinition PrivateKeyWrong = new(
        nameof(PrivateKeyWrong),
        ErrorKind.AuthenticationFailed,
        "The private key does not open the backup.",
        "Give the secret key of the recipient named in the manifest.");

    /// <summary>A key or passphrase file cannot be read.</summary>
    public static readonly ErrorDefinition KeyFileUnreadable = new(
        nameof(KeyFileUnreadable),
        ErrorKind.NotFound,
        "A key or passphrase file cannot be read.",
        "Check the path and that the file is readable and not empty.");

    /// <summary>The key cannot encrypt: expired, revoked or made for signing only.</summary>
    public static readonly ErrorDefinition KeyUnusable = new(
        nameof(KeyUnusable),
        ErrorKind.InvalidArgument,
        "The key cannot encrypt: expired, revoked or made for signing only.",
        "Export a current public key with an encryption subkey.");

    private static ErrorDefinition[] EncryptionErrors =>
    [
        PassphraseMissing,
        PassphraseWrong,
        PrivateKeyMissing,
        PrivateKeyWrong,
        KeyFileUnreadable,
        KeyUnusable,
    ];
}
