using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// The gzip members (RFC 1952) that this product writes. The header has one extra field, subfield <c>MB</c>, which holds the
/// length of the whole member as 32 bits little-endian, so that members can be found and inflated in parallel without an index.
/// All other header bytes are constant, so damage to them is noticed although gzip does not protect its header.
/// </summary>
internal static class GzipMember
{
    /// <summary>Bytes before the deflate data.</summary>
    public const int HeaderLength = 20;

    /// <summary>Bytes after it: CRC-32 and plain length.</summary>
    public const int TrailerLength = 8;

    /// <summary>Greatest plain length of a member; a header that claims more is damaged.</summary>
    public const int MaxPlainLength = 64 << 20;

    private const int MaxLength = MaxPlainLength + (MaxPlainLength / 8);

    /// <summary>Bits of a header that may be flipped and it still counts as a damaged one of ours, not as a foreign one.</summary>
    private const int DamagedBits = 8;

    // ID1 ID2 CM FLG=FEXTRA, MTIME 0, XFL 0, OS unknown, XLEN 8, SI1 'M' SI2 'B' LEN 4.
    private static ReadOnlySpan<byte> Prefix => [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 8, 0, (byte)'M', (byte)'B', 4, 0];

    /// <summary>Whether these bytes begin a member of ours, sound or damaged.</summary>
    public static bool IsOurs(ReadOnlySpan<byte> start)
    {
        var prefix = Prefix;
        if (start.Length < prefix.Length)
        {
            return !start.IsEmpty && prefix.StartsWith(start);
        }

        var differing = 0;
        for (var i = 0; i < prefix.Length; i++)
        {
            differing += BitOperations.PopCount((uint)(start[i] ^ prefix[i]));
        }

        return differing <= DamagedBits;
    }

    /// <summary>Length of the member that a header announces, or null when the header is damaged.</summary>
    public static int? ReadLength(ReadOnlySpan<byte> header)
    {
        if (!header.StartsWith(Prefix))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[Prefix.Length..]);
        return length is > HeaderLength + TrailerLength and <= MaxLength ? (int)length : null;
    }

    /// <summary>Compresses a block into a member.</summary>
    /// <param name="plain">Content.</param>
    /// <param name="level">Deflate level, 1 to 9.</param>
    /// <param name="scratch">Stream of the calling worker, reused from block to block.</param>
    public static PackedMember Pack(ReadOnlySpan<byte> plain, int level, MemoryStream scratch)
    {
        var strategy = DeflateStrategy.For(plain, level, scratch);
        scratch.SetLength(0);
        scratch.Write(Prefix);
        Span<byte> word = stackalloc byte[TrailerLength];
        scratch.Write(word[..4]);
        DeflateStrategy.Write(plain, level, strategy, scratch);
        if (plain.IsEmpty)
        {
            // DeflateStream writes nothing at all for nothing; an empty final block with fixed codes is two bytes (RFC 1951, 3.2.6).
            scratch.SetLength(HeaderLength);
            scratch.Position = HeaderLength;
            scratch.Write([3, 0]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(word, Crc32.HashToUInt32(plain));
        BinaryPrimitives.WriteUInt32LittleEndian(word[4..], (uint)plain.Length);
        scratch.Write(word);
        var length = (int)scratch.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        scratch.GetBuffer().AsSpan(0, length).CopyTo(buffer);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(Prefix.Length), (uint)length);
        return new PackedMember(buffer, length, plain.Length, MemberCodec.HashOf(buffer.AsSpan(0, length)));
    }

    /// <summary>
    /// Inflates a whole member. <see cref="InvalidDataException"/> when anything in it disagrees: lengths, checksum, or the deflate
    /// data themselves.
    /// </summary>
    /// <param name="buffer">Holds the member.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="inflater">Of the calling worker.</param>
    public static PlainBlock Unpack(byte[] buffer, int offset, int length, Inflater inflater)
    {
        var member = buffer.AsSpan(offset, length);
        if (length < HeaderLength + TrailerLength || ReadLength(member) != length)
        {
            throw new InvalidDataException("A gzip member's header is damaged.");
        }

        var crc = BinaryPrimitives.ReadUInt32LittleEndian(member[^8..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(member[^4..]);
        var packed = length - HeaderLength - TrailerLength;
        // Deflate cannot shrink by more than 1032 to 1: a greater claim must not make us allocate.
        if (size > MaxPlainLength || size > ((long)packed * 1032) + 64)
        {
            throw new InvalidDataException("A gzip member's length field is damaged.");
        }

        var block = PlainBlock.Rent((int)size);
        try
        {
            block.Length = (int)size;
            if (!inflater.TryInflate(new ArraySegment<byte>(buffer, offset + HeaderLength, packed), block.Buffer.AsSpan(0, (int)size)) || Crc32.HashToUInt32(block.Span) != crc)
            {
                throw new InvalidDataException("A gzip member's content does not fit its checksum or length, or cannot be inflated.");
            }

            return block;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }
}
