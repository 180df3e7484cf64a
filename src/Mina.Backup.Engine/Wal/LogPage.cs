using System.Buffers.Binary;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// The last page of a log: where its last record ends (XLogPageHeaderData and XLogRecord in PostgreSQL's access/xlog_internal.h and xlogrecord.h). A
/// record may end in zeros, so the bytes alone do not tell.
/// </summary>
internal static class LogPage
{
    /// <summary>Bytes of a page of nearly every server; another size shows in the long header.</summary>
    public const int Length = 8192;

    private const int ShortHeader = 24;
    private const int RemainderOffset = 16;
    private const int InfoOffset = 2;
    private const ushort Continues = 1;
    private const uint SmallestRecord = 24;
    private const int Alignment = 8;

    /// <summary>Offset in the page behind its last record; the page's length where that goes on behind it.</summary>
    public static int EndOfRecords(ReadOnlySpan<byte> page)
    {
        var info = BinaryPrimitives.ReadUInt16LittleEndian(page[InfoOffset..]);
        long end = WalPageHeader.Read(page) is null ? ShortHeader : WalPageHeader.Length;
        if ((info & Continues) != 0)
        {
            end += Align(BinaryPrimitives.ReadUInt32LittleEndian(page[RemainderOffset..]));
        }

        while (end + sizeof(uint) <= page.Length && BinaryPrimitives.ReadUInt32LittleEndian(page[(int)end..]) is var length and >= SmallestRecord)
        {
            end += Align(length);
        }

        return (int)Math.Min(end, page.Length);
    }

    private static long Align(uint length) => (length + (long)Alignment - 1) / Alignment * Alignment;
}
