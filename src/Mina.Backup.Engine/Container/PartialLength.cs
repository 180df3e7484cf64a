namespace Mina.Backup.Engine.Container;

/// <summary>
/// The partial lengths that this product writes: one octet 0xF0 before every 65536 octets of a body, and 0xFF with four octets
/// before the rest, which may be empty (RFC 4880, 4.2.2). Positions in a body therefore map to positions in the framed form, and
/// the framed length alone tells where the last chunk begins.
/// </summary>
internal static class PartialLength
{
    /// <summary>Body octets in each chunk but the last.</summary>
    public const int ChunkLength = 1 << 16;

    /// <summary>Length octet of each chunk but the last.</summary>
    public const byte ChunkHeader = 224 + 16;

    /// <summary>Length octets of the last chunk.</summary>
    public const int FinalHeaderLength = 5;

    /// <summary>Number of whole chunks in a framed body of so many octets.</summary>
    public static long WholeChunks(long framedLength) => (framedLength - FinalHeaderLength) / (ChunkLength + 1);

    /// <summary>Octets of the body in a framed body of so many octets.</summary>
    public static long BodyLength(long framedLength) => framedLength - FinalHeaderLength - WholeChunks(framedLength);

    /// <summary>Position of a body octet in the framed form, counted from the first length octet.</summary>
    public static long ToFramed(long position, long framedLength)
    {
        var chunk = position / ChunkLength;
        return position + chunk + (chunk < WholeChunks(framedLength) ? 1 : FinalHeaderLength);
    }

    /// <summary>
    /// Removes the length octets from a piece of the framed form that begins with the body octet at <paramref name="position"/>.
    /// Returns the body octets' number; they move to the piece's start. <see cref="InvalidDataException"/> when a length octet is not as written.
    /// </summary>
    public static int RemoveHeaders(Span<byte> piece, long position)
    {
        var read = 0;
        var written = 0;
        while (read < piece.Length)
        {
            if (written > 0 && (position + written) % ChunkLength == 0)
            {
                read += HeaderAt(piece[read..]);
            }

            var inChunk = ChunkLength - (int)((position + written) % ChunkLength);
            var take = Math.Min(inChunk, piece.Length - read);
            if (take <= 0)
            {
                break;
            }

            piece.Slice(read, take).CopyTo(piece[written..]);
            read += take;
            written += take;
        }

        return written;
    }

    private static int HeaderAt(ReadOnlySpan<byte> piece) => piece[0] switch
    {
        ChunkHeader => 1,
        255 => FinalHeaderLength,
        _ => throw new InvalidDataException("A partial length is not one that this product writes."),
    };
}
