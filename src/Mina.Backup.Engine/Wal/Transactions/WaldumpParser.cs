using System.Buffers.Text;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Tells a sink what the lines of one stretch of the log say. Works on bytes: a gigabyte of log is two of text.</summary>
/// <param name="sink">Who is told.</param>
/// <param name="end">First byte behind the stretch; records from there on belong to the next one.</param>
internal sealed class WaldumpParser(IRecordSink sink, ulong end)
{
    private const uint CatalogOfRelations = 1259;
    private const int SuperDelete = 0x08;
    private const int PartitionMove = 0x10;

    /// <summary>Start of the last record seen; 0 before the first.</summary>
    public ulong LastStart { get; private set; }

    /// <summary>Takes one line, without its newline.</summary>
    /// <returns>False when the stretch has ended, or the sink knows enough.</returns>
    /// <exception cref="FormatException">A record's line is not as pg_waldump writes it.</exception>
    public bool Take(ReadOnlySpan<byte> text)
    {
        if (!WaldumpLine.TryRead(text, out var line))
        {
            return true; // "first record is after ...": a remark, not a record.
        }

        if (!line.TryParse(out var xid, out var start, out var description))
        {
            throw Unreadable(text);
        }

        if (start >= end)
        {
            return false;
        }

        LastStart = start;
        switch (line.Initial)
        {
            case (byte)'H':
                TakeHeap(xid, description);
                break;
            case (byte)'T':
                if (TransactionLine.Read(xid, start, line.Length, description) is { } ended)
                {
                    sink.End(ended);
                    return !sink.IsSatisfied;
                }

                break;
            case (byte)'S':
                TakeOther(xid, description);
                break;
        }

        return true;
    }

    private static FormatException Unreadable(ReadOnlySpan<byte> text) =>
        new($"pg_waldump wrote a line that is not understood: {System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 200)])}");

    private static long ReadCount(ReadOnlySpan<byte> description)
    {
        var digits = description.IndexOfAnyInRange((byte)'0', (byte)'9');
        return digits >= 0 && Utf8Parser.TryParse(description[digits..], out long rows, out _) ? rows : throw Unreadable(description);
    }

    private static int ReadFlags(ReadOnlySpan<byte> description)
    {
        // "flags 0x00" until 15, "flags: 0x00" since.
        var place = description.IndexOf("0x"u8);
        return place >= 0 && Utf8Parser.TryParse(description[(place + 2)..], out int flags, out _, 'X') ? flags : 0;
    }

    private void TakeHeap(uint xid, ReadOnlySpan<byte> description)
    {
        switch (description[0])
        {
            case (byte)'I' when description.StartsWith("INSERT"u8):
                TakeRows(xid, description, RowOperation.Insert, 1);
                break;
            case (byte)'U' when description.StartsWith("UPDATE"u8):
            case (byte)'H' when description.StartsWith("HOT_UPDATE"u8):
                TakeRows(xid, description, RowOperation.Update, 1);
                break;
            case (byte)'D' when description.StartsWith("DELETE"u8):
                TakeDelete(xid, description);
                break;
            case (byte)'M' when description.StartsWith("MULTI_INSERT"u8):
                TakeRows(xid, description, RowOperation.Insert, ReadCount(description));
                break;
        }
    }

    private void TakeDelete(uint xid, ReadOnlySpan<byte> description)
    {
        var flags = ReadFlags(description);
        if ((flags & SuperDelete) != 0)
        {
            // INSERT ... ON CONFLICT takes its own row back when another was faster.
            TakeRows(xid, description, RowOperation.Insert, -1);
        }
        else
        {
            TakeRows(xid, description, (flags & PartitionMove) != 0 ? RowOperation.Update : RowOperation.Delete, 1);
        }
    }

    private void TakeRows(uint xid, ReadOnlySpan<byte> description, RowOperation operation, long rows)
    {
        if (!WaldumpLine.TryReadFile(description, out var file))
        {
            throw Unreadable(description);
        }

        if (file.Filenode >= RelationFile.FirstUserFilenode)
        {
            sink.Rows(xid, file, operation, rows);
        }
        else if (file.Filenode == CatalogOfRelations && operation == RowOperation.Delete)
        {
            sink.CatalogDelete(xid);
        }
    }

    private void TakeOther(uint xid, ReadOnlySpan<byte> description)
    {
        if (description.StartsWith("CREATE "u8))
        {
            if (RelationPath.TryRead(description[7..], out var file))
            {
                sink.Created(xid, file);
            }
        }
        else if (description.StartsWith("RUNNING_XACTS nextXid "u8))
        {
            sink.Running((uint)ReadCount(description));
        }
    }
}
