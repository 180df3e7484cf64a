using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Where records end. Pages of 8 KiB each begin with a header, which a record that crosses them skips.</summary>
internal static class RecordEnd
{
    private const ulong Page = 8192;
    private const ulong ShortHeader = 24;
    private const ulong LongHeader = 40;
    private const ulong Alignment = 8;

    /// <summary>First byte behind a record, as PostgreSQL counts it: records begin at multiples of 8.</summary>
    /// <param name="start">First byte of the record.</param>
    /// <param name="length">Its bytes, page headers not counted.</param>
    /// <param name="segmentSize">Bytes of a segment.</param>
    public static Lsn Of(ulong start, uint length, long segmentSize)
    {
        var position = start;
        ulong left = length;
        var room = Page - (position % Page);
        while (left > room)
        {
            left -= room;
            position += room;
            var header = position % (ulong)segmentSize == 0 ? LongHeader : ShortHeader;
            position += header;
            room = Page - header;
        }

        return new Lsn((position + left + Alignment - 1) / Alignment * Alignment);
    }
}
