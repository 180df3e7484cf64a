using System.Buffers.Binary;

namespace Mina.Backup.Engine.Container;

/// <summary>A packet's header (RFC 4880, 4.2).</summary>
/// <param name="Tag">What kind of packet it is.</param>
/// <param name="Length">Octets of the body, or of its first part when <paramref name="Partial"/>; null when the body goes to the end of the data.</param>
/// <param name="Partial">Whether another length follows the first part.</param>
internal readonly record struct PacketHeader(byte Tag, long? Length, bool Partial)
{
    /// <summary>Octets of the longest header.</summary>
    public const int MaxLength = 6;

    /// <summary>Tag of a header's first octet; null when it is none.</summary>
    public static byte? TagOf(byte octet) =>
        (octet & 0x80) == 0 ? null : (octet & 0x40) != 0 ? (byte)(octet & 0x3f) : (byte)((octet >> 2) & 0x0f);

    /// <summary>Reads a header. False when the bytes are none or too few.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out PacketHeader header, out int used)
    {
        header = default;
        used = 0;
        if (bytes.Length < 1 || TagOf(bytes[0]) is not { } tag)
        {
            return false;
        }

        if ((bytes[0] & 0x40) != 0)
        {
            if (!TryParseLength(bytes[1..], out var length, out var partial, out used))
            {
                return false;
            }

            used++;
            header = new PacketHeader(tag, length, partial);
            return true;
        }

        var octets = (bytes[0] & 3) switch { 0 => 1, 1 => 2, 2 => 4, _ => 0 };
        if (bytes.Length < 1 + octets)
        {
            return false;
        }

        used = 1 + octets;
        header = new PacketHeader(
            tag,
            octets switch
            {
                1 => bytes[1],
                2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]),
                4 => BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]),
                _ => null,
            },
            Partial: false);
        return true;
    }

    /// <summary>Reads a length of the new format. False when the bytes are too few.</summary>
    public static bool TryParseLength(ReadOnlySpan<byte> bytes, out long length, out bool partial, out int used)
    {
        length = 0;
        partial = false;
        used = bytes is [] ? 1 : bytes[0] switch { < 192 => 1, < 224 => 2, 255 => 5, _ => 1 };
        if (bytes.Length < used)
        {
            return false;
        }

        switch (used)
        {
            case 2:
                length = ((bytes[0] - 192) << 8) + bytes[1] + 192;
                break;
            case 5:
                length = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
                break;
            default:
                partial = bytes[0] >= 224;
                length = partial ? 1L << (bytes[0] & 0x1f) : bytes[0];
                break;
        }

        return true;
    }

    /// <summary>A header of the new format with a definite length.</summary>
    public static byte[] Encode(byte tag, int length) => length switch
    {
        < 192 => [(byte)(PacketTag.NewFormat | tag), (byte)length],
        < 8384 => [(byte)(PacketTag.NewFormat | tag), (byte)(((length - 192) >> 8) + 192), (byte)(length - 192)],
        _ => [(byte)(PacketTag.NewFormat | tag), 255, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
    };
}
