using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Mina.Backup.Engine.Container;

/// <summary>A file with a recipient's OpenPGP secret key, as <c>gpg --export-secret-keys</c> writes it, armored or not.</summary>
internal sealed class SecretKeyFile
{
    private readonly string path;
    private readonly List<PgpSecretKey> keys;

    private SecretKeyFile(string path, List<PgpSecretKey> keys)
    {
        this.path = path;
        this.keys = keys;
    }

    /// <summary>Reads the file; <c>KeyFileUnreadable</c> when there is no secret key in it.</summary>
    public static SecretKeyFile Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var decoder = PgpUtilities.GetDecoderStream(file);
            List<PgpSecretKey> keys = [.. new PgpSecretKeyRingBundle(decoder).GetKeyRings().SelectMany(r => r.GetSecretKeys())];
            return keys.Count > 0 ? new SecretKeyFile(path, keys) : throw Unreadable(path, "it holds no secret key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PgpException or ArgumentException or InvalidOperationException)
        {
            throw Unreadable(path, e.Message, e);
        }
    }

    /// <summary>
    /// The session key in a packet; null when no key of this file is its recipient or the packet is damaged.
    /// <c>PassphraseMissing</c> or <c>PassphraseWrong</c> when the secret key itself cannot be unlocked.
    /// </summary>
    public SessionKey? Open(RecipientPacket packet, Secret? passphrase) => keys
        .Where(k => !k.IsPrivateKeyEmpty && (packet.KeyId == KeyIds.Anonymous || k.KeyId == packet.KeyId))
        .Where(k => (byte)k.PublicKey.Algorithm == packet.Algorithm)
        .Select(k => RecipientDecryption.Open(packet, Unlock(k, passphrase)))
        .FirstOrDefault(k => k is not null);

    /// <summary>The public half of a key, by its id in hexadecimal; null when the file does not hold it.</summary>
    public PgpPublicKey? FindPublicKey(string keyId) =>
        keys.Select(key => key.PublicKey).FirstOrDefault(key => string.Equals(KeyIds.Format(key.KeyId), keyId, StringComparison.OrdinalIgnoreCase));

    private PgpPrivateKey Unlock(PgpSecretKey key, Secret? passphrase)
    {
        var name = KeyIds.Format(key.KeyId);
        var context = new ErrorContext { Target = path };
        var locked = key.S2kUsage != 0;
        if (locked && passphrase is null)
        {
            throw new EncryptionException(
                ErrorCatalog.PassphraseMissing,
                $"The secret key {name} in {path} is protected by a passphrase, and none was given.",
                context with { Action = "Give -PrivateKeyPassphrase, or -PassphraseFile with the secret key's passphrase." });
        }

        try
        {
            return key.ExtractPrivateKeyRaw(locked ? passphrase!.Bytes.ToArray() : null);
        }
        catch (Exception e) when (e is PgpException or IOException or ArgumentException or InvalidOperationException)
        {
            throw new EncryptionException(
                ErrorCatalog.PassphraseWrong,
                $"The passphrase does not unlock the secret key {name} in {path}.",
                context with { Action = "Give the passphrase of the secret key." },
                e);
        }
    }

    private static ConfigurationException Unreadable(string path, string why, Exception? inner = null) =>
        new(ErrorCatalog.KeyFileUnreadable, $"No secret key can be read from {path}: {why}", new ErrorContext { Target = path }, inner);
}
