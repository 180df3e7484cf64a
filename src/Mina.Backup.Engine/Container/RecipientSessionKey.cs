using Mina.Backup.Model;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Security;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Makes a session key and its packet for a recipient. BouncyCastle encrypts it; as it does not hand out the session keys it
/// makes, it is given a random source that keeps what was drawn, and the one that opens the message it made is the key.
/// </summary>
internal static class RecipientSessionKey
{
    /// <summary>The framed packet, its body, and the key in it.</summary>
    public static (byte[] Packet, byte[] Body, SessionKey Key) Create(PgpPublicKey publicKey)
    {
        using var draws = new KeepingRandom();
        using var message = new MemoryStream();
        var generator = new PgpEncryptedDataGenerator(SymmetricKeyAlgorithmTag.Aes256, withIntegrityPacket: true, random: draws);
        generator.AddMethod(publicKey);
        byte[] literal = [PacketTag.NewFormat | PacketTag.Literal, 6, (byte)'b', 0, 0, 0, 0, 0];
        using (var stream = generator.Open(message, literal.Length))
        {
            stream.Write(literal);
        }

        var bytes = message.ToArray();
        var (body, data) = Split(bytes);
        var key = draws.Taken.Where(d => d.Length == 32).Select(d => new SessionKey(SymmetricAlgorithmId.Aes256, [.. d]))
            .FirstOrDefault(k => SessionKeyProbe.Fits(k, data));
        if (key is null)
        {
            throw new Model.EncryptionException(
                ErrorCatalog.KeyUnusable,
                $"No session key could be made for the recipient's key {KeyIds.Format(publicKey.KeyId)}.",
                new ErrorContext { Target = KeyIds.Format(publicKey.KeyId) });
        }

        return ([.. PacketHeader.Encode(PacketTag.PublicKeyEncryptedSessionKey, body.Length), .. body], body, key);
    }

    /// <summary>The session key packet's body and the ciphertext behind the version octet of the data packet.</summary>
    private static (byte[] Body, byte[] Data) Split(byte[] message)
    {
        var at = 0;
        var body = ReadPacket(message, ref at);
        var data = ReadPacket(message, ref at);
        return (body, data[1..]);
    }

    private static byte[] ReadPacket(byte[] message, ref int at)
    {
        if (!PacketHeader.TryParse(message.AsSpan(at), out var header, out var used) || header.Length is not { } length)
        {
            throw new InvalidOperationException("BouncyCastle wrote a packet without a definite length.");
        }

        var body = message.AsSpan(at + used, (int)length).ToArray();
        at += used + (int)length;
        return body;
    }

    /// <summary>A random source that remembers what it gave out.</summary>
    private sealed class KeepingRandom : SecureRandom, IDisposable
    {
        public List<byte[]> Taken { get; } = [];

        public override void NextBytes(byte[] buf) => NextBytes(buf.AsSpan());

        public override void NextBytes(byte[] buf, int off, int len) => NextBytes(buf.AsSpan(off, len));

        public override void NextBytes(Span<byte> buffer)
        {
            System.Security.Cryptography.RandomNumberGenerator.Fill(buffer);
            Taken.Add(buffer.ToArray());
        }

        public void Dispose()
        {
            foreach (var drawn in Taken)
            {
                System.Security.Cryptography.CryptographicOperations.ZeroMemory(drawn);
            }
        }
    }
}
