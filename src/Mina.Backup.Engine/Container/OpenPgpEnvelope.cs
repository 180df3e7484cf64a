using System.Security.Cryptography;
using System.Text;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Writes an OpenPGP message (RFC 4880): the session key packet it is given, then a Symmetrically Encrypted Integrity Protected
/// Data packet (5.13) with AES-256 in OpenPGP's CFB mode (13.9, without resynchronization), in it a literal data packet (5.9) and
/// the MDC (5.14). Both outer and inner packet use partial lengths of <see cref="PartialLength.ChunkLength"/> bytes and a final
/// five-octet length, so that the place of any byte can be computed.
/// </summary>
internal sealed class OpenPgpEnvelope : MessageEnvelope
{
    private readonly StoredSink sink;
    private readonly MemoryStream output = new();
    private readonly PartialLengthStage body;
    private readonly EncryptStage encrypt;
    private readonly PartialLengthStage literal;

    public OpenPgpEnvelope(StoredSink sink, SessionKey key, ReadOnlySpan<byte> sessionKeyPacket, string literalName)
    {
        this.sink = sink;
        output.Write(sessionKeyPacket);
        output.WriteByte(PacketTag.NewFormat | PacketTag.IntegrityProtectedData);
        body = new PartialLengthStage(output.Write);
        body.Append([1]);
        encrypt = new EncryptStage(key, body.Append);
        encrypt.Append([PacketTag.NewFormat | PacketTag.Literal]);
        literal = new PartialLengthStage(encrypt.Append);
        var name = Encoding.UTF8.GetBytes(literalName);
        literal.Append([(byte)'b', checked((byte)name.Length)]);
        literal.Append(name);
        literal.Append([0, 0, 0, 0]);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        literal.Append(bytes.Span);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        literal.Complete();
        encrypt.Complete();
        body.Complete();
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        encrypt.Dispose();
        output.Dispose();
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await sink.WriteAsync(output.GetBuffer().AsMemory(0, (int)output.Length), cancellationToken).ConfigureAwait(false);
        output.SetLength(0);
    }
}

/// <summary>Takes bytes on their way out; called in order.</summary>
internal delegate void ByteReceiver(ReadOnlySpan<byte> bytes);

/// <summary>Cuts a packet's body into partial lengths (RFC 4880, 4.2.2.4).</summary>
internal sealed class PartialLengthStage(ByteReceiver next)
{
    private readonly byte[] chunk = new byte[PartialLength.ChunkLength];
    private int used;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var take = Math.Min(bytes.Length, chunk.Length - used);
            bytes[..take].CopyTo(chunk.AsSpan(used));
            used += take;
            bytes = bytes[take..];
            if (used == chunk.Length)
            {
                next([PartialLength.ChunkHeader]);
                next(chunk);
                used = 0;
            }
        }
    }

    public void Complete()
    {
        next([255, (byte)(used >> 24), (byte)(used >> 16), (byte)(used >> 8), (byte)used]);
        next(chunk.AsSpan(0, used));
        used = 0;
    }
}

/// <summary>Encrypts in OpenPGP's CFB mode and appends the MDC.</summary>
internal sealed class EncryptStage : IDisposable
{
    private const int Block = 16;
    private readonly ByteReceiver next;
    private readonly Aes aes;
    private readonly ICryptoTransform transform;
    // The MDC is SHA-1 by the standard (RFC 4880, 5.14); it guards against damage, and the manifest's SHA-256 covers the file.
    private readonly IncrementalHash mdc = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly byte[] plain = new byte[64 << 10];
    private readonly byte[] cipher = new byte[64 << 10];
    private int used;

    public EncryptStage(SessionKey key, ByteReceiver next)
    {
        this.next = next;
        aes = Aes.Create();
        aes.Mode = CipherMode.CFB;
        aes.FeedbackSize = Block * 8;
        aes.Padding = PaddingMode.None;
        transform = aes.CreateEncryptor(key.Key, new byte[Block]);
        Span<byte> prefix = stackalloc byte[Block + 2];
        RandomNumberGenerator.Fill(prefix[..Block]);
        prefix[(Block - 2)..Block].CopyTo(prefix[Block..]);
        Append(prefix);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        mdc.AppendData(bytes);
        Encrypt(bytes);
    }

    public void Complete()
    {
        Append([PacketTag.NewFormat | PacketTag.Mdc, 20]);
        Encrypt(mdc.GetHashAndReset());
        if (used == 0)
        {
            return;
        }

        var padded = (used + Block - 1) / Block * Block;
        plain.AsSpan(used, padded - used).Clear();
        transform.TransformBlock(plain, 0, padded, cipher, 0);
        next(cipher.AsSpan(0, used));
        used = 0;
    }

    public void Dispose()
    {
        transform.Dispose();
        aes.Dispose();
        mdc.Dispose();
        CryptographicOperations.ZeroMemory(plain);
    }

    private void Encrypt(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var take = Math.Min(bytes.Length, plain.Length - used);
            bytes[..take].CopyTo(plain.AsSpan(used));
            used += take;
            bytes = bytes[take..];
            if (used == plain.Length)
            {
                transform.TransformBlock(plain, 0, used, cipher, 0);
                next(cipher);
                used = 0;
            }
        }
    }
}
