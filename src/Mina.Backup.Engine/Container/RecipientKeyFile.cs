using Mina.Backup.Model;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Mina.Backup.Engine.Container;

/// <summary>A file with a recipient's OpenPGP public key.</summary>
internal static class RecipientKeyFile
{
    private const int EncryptCommunications = 0x04;
    private const int EncryptStorage = 0x08;

    /// <summary>
    /// The newest key in the file that may encrypt now: not revoked, not expired, allowed for encryption by its flags.
    /// <c>KeyFileUnreadable</c> when the file holds no key, <c>KeyUnusable</c> when it holds none that may encrypt.
    /// </summary>
    public static PgpPublicKey ReadEncryptionKey(string path, DateTimeOffset now)
    {
        var rings = Read(path);
        if (rings.Count != 1)
        {
            throw Unreadable(path, $"it holds the keys of {rings.Count} owners where one is expected");
        }

        var ring = rings[0];
        var master = ring.GetPublicKey();
        var context = new ErrorContext { Target = path };
        if (master.HasRevocation() || IsExpired(master, now))
        {
            var why = master.HasRevocation() ? "was revoked" : "has expired";
            throw new EncryptionException(ErrorCatalog.KeyUnusable, $"The key {KeyIds.Format(master.KeyId)} in {path} {why}.", context);
        }

        var usable = ring.GetPublicKeys()
            .Where(k => k.IsEncryptionKey && !k.HasRevocation() && !IsExpired(k, now) && MayEncrypt(k, master))
            .OrderByDescending(k => !k.IsMasterKey).ThenByDescending(k => k.CreationTime).FirstOrDefault();
        return usable ?? throw new EncryptionException(
            ErrorCatalog.KeyUnusable,
            $"The key {KeyIds.Format(master.KeyId)} in {path} has no part that may encrypt: it is for signing only, or its encryption subkey has expired or was revoked.",
            context);
    }

    private static List<PgpPublicKeyRing> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var decoder = PgpUtilities.GetDecoderStream(file);
            var packets = new PgpObjectFactory(decoder);
            var rings = new List<PgpPublicKeyRing>();
            while (packets.NextPgpObject() is { } found)
            {
                rings.Add(found switch
                {
                    PgpPublicKeyRing ring => ring,
                    // The owner's secret key file serves as well: the safety backup of a restore is for whoever can restore.
                    PgpSecretKeyRing secret => PublicPart(secret),
                    _ => throw new PgpException("it holds something else than keys"),
                });
            }

            return rings;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PgpException or ArgumentException or InvalidOperationException)
        {
            throw Unreadable(path, e.Message, e);
        }
    }

    private static PgpPublicKeyRing PublicPart(PgpSecretKeyRing secret)
    {
        using var packets = new MemoryStream();
        foreach (var key in secret.GetSecretKeys())
        {
            key.PublicKey.Encode(packets);
        }

        return new PgpPublicKeyRing(packets.ToArray());
    }

    private static ConfigurationException Unreadable(string path, string why, Exception? inner = null) =>
        new(ErrorCatalog.KeyFileUnreadable, $"No public key can be read from {path}: {why}", new ErrorContext { Target = path }, inner);

    private static bool IsExpired(PgpPublicKey key, DateTimeOffset now)
    {
        var seconds = key.GetValidSeconds();
        return seconds > 0 && new DateTimeOffset(DateTime.SpecifyKind(key.CreationTime, DateTimeKind.Utc)).AddSeconds(seconds) <= now;
    }

    /// <summary>By the flags of the newest signature that carries any; a key without flags may do what its algorithm can.</summary>
    private static bool MayEncrypt(PgpPublicKey key, PgpPublicKey master)
    {
        var flags = key.GetSignatures()
            .Where(s => s.KeyId == master.KeyId && s.GetHashedSubPackets()?.HasSubpacket(SignatureSubpacketTag.KeyFlags) == true)
            .OrderByDescending(s => s.CreationTime)
            .Select(s => (int?)s.GetHashedSubPackets().GetKeyFlags())
            .FirstOrDefault();
        return flags is null || (flags & (EncryptCommunications | EncryptStorage)) != 0;
    }
}
