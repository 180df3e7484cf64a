using System.Numerics;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Decrypts OpenPGP's CFB mode without resynchronization (RFC 4880, 13.9). Every plain block is the cipher block XOR the
/// encryption of the cipher block before it, so the cipher runs over many blocks at once, several times faster than in a chain.
/// </summary>
internal sealed class CfbDecryptor : IDisposable
{
    private const int Batch = 64 << 10;
    private readonly BlockFunction cipher;
    private readonly byte[] previous;
    private readonly byte[] source = new byte[Batch];
    private readonly byte[] stream = new byte[Batch];

    /// <summary>Starts at the ciphertext's first block, or behind the block given.</summary>
    public CfbDecryptor(SessionKey key, ReadOnlySpan<byte> previousBlock = default)
    {
        cipher = BlockCiphers.Create(key);
        previous = new byte[cipher.BlockSize];
        previousBlock.CopyTo(previous);
    }

    public int BlockSize => cipher.BlockSize;

    /// <summary>Decrypts in place. All calls but the last take whole blocks.</summary>
    public void Decrypt(Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            var take = Math.Min(data.Length, Batch);
            DecryptBatch(data[..take]);
            data = data[take..];
        }
    }

    public void Dispose() => cipher.Dispose();

    private void DecryptBatch(Span<byte> data)
    {
        var size = cipher.BlockSize;
        var padded = (data.Length + size - 1) / size * size;
        previous.CopyTo(source, 0);
        data[..(padded - size)].CopyTo(source.AsSpan(size));
        if (data.Length == padded)
        {
            data[^size..].CopyTo(previous);
        }

        cipher.Encrypt(source, padded, stream);
        Xor(data, stream);
    }

    private static void Xor(Span<byte> data, ReadOnlySpan<byte> stream)
    {
        var at = 0;
        for (; at + Vector<byte>.Count <= data.Length; at += Vector<byte>.Count)
        {
            (new Vector<byte>(data[at..]) ^ new Vector<byte>(stream[at..])).CopyTo(data[at..]);
        }

        for (; at < data.Length; at++)
        {
            data[at] ^= stream[at];
        }
    }
}
