using System.Buffers.Binary;
using System.Numerics;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// The header of a zstd frame (RFC 8878, 3.1). The frames that this product writes are one segment of at most 1 MiB with their content's size and
/// checksum, without dictionary; their end is found by walking the headers of their blocks.
/// </summary>
internal readonly record struct ZstdFrame
{
    /// <summary>Bytes that are enough to read any header.</summary>
    public const int MaxHeaderLength = 18;

    /// <summary>Greatest plain length of a member, as a power of two and in bytes.</summary>
    public const int WindowLog = 20;

    /// <inheritdoc cref="WindowLog"/>
    public const int MaxPlainLength = 1 << WindowLog;

    /// <summary>Bytes of a block's header.</summary>
    public const int BlockHeaderLength = 3;

    /// <summary>Greatest size of a block in bytes.</summary>
    public const int MaxBlockLength = 128 << 10;

    /// <summary>Bytes of the checksum behind the last block.</summary>
    public const int ChecksumLength = 4;

    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;
    private const int MagicLength = 4;

    /// <summary>Bytes of the header; of a skippable frame, what precedes its content.</summary>
    public int HeaderLength { get; private init; }

    /// <summary>Whether the frame holds no content of the stream.</summary>
    public bool IsSkippable { get; private init; }

    /// <summary>Bytes of a skippable frame's content.</summary>
    public uint SkippedLength { get; private init; }

    /// <summary>Whether a checksum follows the last block.</summary>
    public bool HasChecksum { get; private init; }

    /// <summary>Whether a dictionary is needed.</summary>
    public bool HasDictionary { get; private init; }

    /// <summary>Bytes of content that a reader must keep at hand.</summary>
    public ulong WindowLength { get; private init; }

    /// <summary>Bytes of content; null where the header does not say.</summary>
    public ulong? PlainLength { get; private init; }

    /// <summary>Whether the frame is as this product writes them.</summary>
    public bool IsOurs { get; private init; }

    /// <summary>Whether these bytes begin zstd data, or did before a bit of them was damaged.</summary>
    public static bool IsRecognized(ReadOnlySpan<byte> start)
    {
        if (start.Length < MagicLength)
        {
            return false;
        }

        var magic = BinaryPrimitives.ReadUInt32LittleEndian(start);
        return IsSkippableMagic(magic) || BitOperations.PopCount(magic ^ Magic) <= 1;
    }

    /// <summary>Whether bytes too short to be a header can be the beginning of one.</summary>
    public static bool IsBeginning(ReadOnlySpan<byte> start)
    {
        Span<byte> magic = stackalloc byte[MagicLength];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        var shared = Math.Min(start.Length, MagicLength);
        return start[..shared].SequenceEqual(magic[..shared])
            || ((start[0] & 0xF0) == (SkippableMagic & 0xF0) && start[1..shared].SequenceEqual("\x2A\x4D\x18"u8[..(shared - 1)]));
    }

    /// <summary>Reads a header; false when there is none or it is cut off.</summary>
    public static bool TryRead(ReadOnlySpan<byte> start, out ZstdFrame frame)
    {
        frame = default;
        if (start.Length < MagicLength + 1)
        {
            return false;
        }

        var magic = BinaryPrimitives.ReadUInt32LittleEndian(start);
        if (!IsSkippableMagic(magic))
        {
            return magic == Magic && TryReadDescriptor(start, out frame);
        }

        if (start.Length < MagicLength + sizeof(uint))
        {
            return false;
        }

        frame = new ZstdFrame
        {
            IsSkippable = true,
            HeaderLength = MagicLength + sizeof(uint),
            SkippedLength = BinaryPrimitives.ReadUInt32LittleEndian(start[MagicLength..]),
        };
        return true;
    }

    private static bool IsSkippableMagic(uint magic) => (magic & 0xFFFFFFF0) == SkippableMagic;

    private static bool TryReadDescriptor(ReadOnlySpan<byte> start, out ZstdFrame frame)
    {
        var descriptor = start[MagicLength];
        var isSegment = (descriptor & 0x20) != 0;
        var dictionaryLength = (descriptor & 3) switch { 3 => 4, var length => length };
        var sizeLength = (descriptor >> 6) switch { 0 => isSegment ? 1 : 0, var exponent => 1 << exponent };
        var at = MagicLength + 1;
        var headerLength = at + (isSegment ? 0 : 1) + dictionaryLength + sizeLength;
        if (start.Length < headerLength)
        {
            frame = default;
            return false;
        }

        var window = isSegment ? 0 : ReadWindow(start[at++]);
        var dictionary = start.Slice(at, dictionaryLength);
        var size = ReadSize(start.Slice(at + dictionaryLength, sizeLength));
        frame = new ZstdFrame
        {
            HeaderLength = headerLength,
            HasChecksum = (descriptor & 4) != 0,
            HasDictionary = dictionary.ContainsAnyExcept((byte)0),
            WindowLength = isSegment ? size!.Value : window,
            PlainLength = size,
            // One segment, with checksum; no reserved or unused bit, no dictionary.
            IsOurs = (descriptor & 0x3F) == 0x24 && size <= MaxPlainLength,
        };
        return true;
    }

    /// <summary>RFC 8878, 3.1.1.1.2.</summary>
    private static ulong ReadWindow(byte descriptor)
    {
        var length = 1UL << (10 + (descriptor >> 3));
        return length + (length / 8 * (ulong)(descriptor & 7));
    }

    private static ulong? ReadSize(ReadOnlySpan<byte> field) => field.Length switch
    {
        0 => null,
        1 => field[0],
        // The two-byte form does not repeat what one byte can say.
        2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256UL,
        4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(field),
    };
}
