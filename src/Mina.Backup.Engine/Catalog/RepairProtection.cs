using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Protection for an index that is rebuilt: the data file's own, by what opened it.</summary>
internal static class RepairProtection
{
    /// <summary>The protection of a file that was just read with these keys.</summary>
    public static MessageProtection Like(ContentReadout content, KeyRequest request, HostEnvironment environment) => content.Encryption switch
    {
        BackupEncryption.None => MessageProtection.None,
        BackupEncryption.Passphrase => new ProtectionResolver(environment).Resolve(new ProtectionRequest
        {
            Passphrase = request.Passphrase,
            PassphraseFile = request.PassphraseFile,
            RequireEncryption = true,
        }),
        _ => MessageProtection.ForRecipient(FindPublicKey(request.PrivateKeyFile, content.RecipientKeyId)),
    };

    // The secret key that opened the file carries the public half; it may have expired since, which matters to new backups only.
    private static PgpPublicKey FindPublicKey(string? path, string? keyId)
    {
        if (path is null || keyId is null)
        {
            throw new EncryptionException(ErrorCatalog.PrivateKeyMissing, "The backup is encrypted for a recipient and no private key was given.");
        }

        return SecretKeyFile.Read(path).FindPublicKey(keyId)
            ?? throw new EncryptionException(
                ErrorCatalog.PrivateKeyWrong,
                $"The key file {path} does not hold the recipient's key {keyId}.",
                new ErrorContext { Target = path });
    }
}
