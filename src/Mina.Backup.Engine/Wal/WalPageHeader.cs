using System.Buffers.Binary;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// The long header that begins every segment (XLogLongPageHeaderData in PostgreSQL's access/xlog_internal.h), in the byte order of
/// this machine's kind of server: little-endian.
/// </summary>
/// <param name="Magic">Format of the log; it differs between major versions.</param>
/// <param name="Timeline">Timeline that wrote the segment's first page; a segment that a promotion began may start with an ancestor's.</param>
/// <param name="Address">First byte of the segment.</param>
/// <param name="SystemIdentifier">The cluster's identifier, which initdb chose.</param>
/// <param name="SegmentSize">Bytes of a segment.</param>
public sealed record WalPageHeader(ushort Magic, uint Timeline, Lsn Address, ulong SystemIdentifier, long SegmentSize)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 40;

    private const ushort LongHeader = 2;
    // The high byte of XLOG_PAGE_MAGIC has been 0xD0 or 0xD1 in all versions with this layout.
    private const int MagicFamily = 0xD0;

    /// <summary>Reads the header of a segment's first bytes; null when they are none.</summary>
    public static WalPageHeader? Read(ReadOnlySpan<byte> page)
    {
        if (page.Length < Length)
        {
            return null;
        }

        var magic = BinaryPrimitives.ReadUInt16LittleEndian(page);
        var info = BinaryPrimitives.ReadUInt16LittleEndian(page[2..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(page[32..]);
        return ((magic >> 8) & 0xFE) == MagicFamily && (info & LongHeader) != 0 && WalGeometry.IsSegmentSize(size)
            ? new WalPageHeader(
                magic,
                BinaryPrimitives.ReadUInt32LittleEndian(page[4..]),
                new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(page[8..])),
                BinaryPrimitives.ReadUInt64LittleEndian(page[24..]),
                size)
            : null;
    }
}
