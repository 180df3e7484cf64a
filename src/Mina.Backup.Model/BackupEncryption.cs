namespace Mina.Backup.Model;

/// <summary>How a backup's bytes are protected.</summary>
public enum BackupEncryption
{
    /// <summary>Not encrypted.</summary>
    None,

    /// <summary>An OpenPGP message under a passphrase (AES256, MDC).</summary>
    Passphrase,

    /// <summary>An OpenPGP message for a recipient's public key (AES256, MDC).</summary>
    Recipient,

    /// <summary>An OpenPGP message of unknown kind; known once the file is opened.</summary>
    Unknown,
}
