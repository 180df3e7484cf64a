using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>The failures of reading one file, worded alike.</summary>
internal sealed class ContainerErrors(string target)
{
    private ErrorContext Context => new() { Target = target };

    public IntegrityException Empty() => new(ErrorCatalog.BackupEmpty, $"The file {target} is empty.", Context);

    public IntegrityException Truncated(string where) =>
        new(ErrorCatalog.BackupTruncated, $"The file {target} ends too early, inside {where}.", Context);

    public IntegrityException Corrupt(string what, Exception? inner = null) =>
        new(ErrorCatalog.BackupCorrupt, $"The file {target} is damaged: {what}.", Context, inner);

    public IntegrityException NotRecognized(string what, string? action = null) =>
        new(ErrorCatalog.BackupNotRecognized, $"The file {target} is not a backup that can be read here: {what}.", Context with { Action = action });

    public EncryptionException PassphraseMissing() =>
        new(ErrorCatalog.PassphraseMissing, $"The file {target} is encrypted with a passphrase, and none was given.", Context);

    public EncryptionException PassphraseWrong() => new(
        ErrorCatalog.PassphraseWrong,
        $"The passphrase does not open {target}. (Damage to the file's first {FirstBytes} bytes would look the same; its SHA-256 in the manifest tells.)",
        Context);

    public EncryptionException PrivateKeyMissing(string keyId) =>
        new(ErrorCatalog.PrivateKeyMissing, $"The file {target} is encrypted for the key {keyId}, and no secret key was given.", Context);

    public EncryptionException PrivateKeyWrong(string keyId) => new(
        ErrorCatalog.PrivateKeyWrong,
        $"The file {target} is encrypted for the key {keyId}, and the secret key given does not open it. (Damage to the file's first {FirstBytes} bytes would look the same; its SHA-256 in the manifest tells.)",
        Context);

    private const string FirstBytes = "few hundred";
}
