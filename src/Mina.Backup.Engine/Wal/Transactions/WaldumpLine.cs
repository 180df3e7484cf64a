using System.Buffers.Text;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>
/// Reads one line of pg_waldump, of PostgreSQL 12 and later:
/// <c>rmgr: Heap        len (rec/tot):     54/    54, tx:        726, lsn: 0/015398A8, prev 0/01539880, desc: DELETE off 1 ..., blkref #0: rel 1663/5/16384 blk 0</c>.
/// </summary>
internal readonly ref struct WaldumpLine
{
    // Place of ", tx: " when no number is wider than its column.
    private const int UsualTransactionPlace = 46;
    private readonly ReadOnlySpan<byte> line;
    private readonly int transaction;

    private WaldumpLine(ReadOnlySpan<byte> line, int transaction)
    {
        this.line = line;
        this.transaction = transaction;
    }

    /// <summary>First letter of the resource manager's name; all that is needed to tell the ones asked for apart, with <see cref="Manager"/>.</summary>
    public byte Initial => line[6];

    /// <summary>Name of the resource manager.</summary>
    public ReadOnlySpan<byte> Manager => line[6..17].TrimEnd((byte)' ');

    /// <summary>Reads a line; false when it is none of a record.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out WaldumpLine line)
    {
        line = default;
        if (text.Length < UsualTransactionPlace + 16 || !text.StartsWith("rmgr: "u8))
        {
            return false;
        }

        var place = text[UsualTransactionPlace..].StartsWith(", tx: "u8) ? UsualTransactionPlace : text.IndexOf(", tx: "u8);
        if (place < 0)
        {
            return false;
        }

        line = new WaldumpLine(text, place);
        return true;
    }

    /// <summary>Takes the line apart.</summary>
    /// <param name="xid">Id of the transaction, or subtransaction, that wrote the record; 0 for none.</param>
    /// <param name="start">First byte of the record.</param>
    /// <param name="description">What stands behind <c>desc: </c>.</param>
    /// <returns>False when the line is not as pg_waldump writes it.</returns>
    public bool TryParse(out uint xid, out ulong start, out ReadOnlySpan<byte> description)
    {
        xid = 0;
        start = 0;
        description = default;
        var rest = line[(transaction + 6)..].TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out xid, out var used) || !rest[used..].StartsWith(", lsn: "u8))
        {
            return false;
        }

        rest = rest[(used + 7)..];
        if (!TryReadPlace(ref rest, out start))
        {
            return false;
        }

        var described = rest.IndexOf("desc: "u8);
        if (described < 0)
        {
            return false;
        }

        description = rest[(described + 6)..];
        return true;
    }

    /// <summary>Bytes of the record, page headers within it not counted.</summary>
    public uint Length
    {
        get
        {
            var columns = line[..transaction];
            var total = columns[(columns.LastIndexOf((byte)'/') + 1)..].TrimStart((byte)' ');
            return Utf8Parser.TryParse(total, out uint length, out _) ? length : 0;
        }
    }

    /// <summary>The file of the record's first block reference.</summary>
    public static bool TryReadFile(ReadOnlySpan<byte> description, out RelationFile file)
    {
        file = default;
        var place = description.IndexOf("blkref #0: rel "u8);
        return place >= 0 && TryReadFileNumbers(description[(place + 15)..], out file);
    }

    /// <summary>Reads a file as <c>1663/5/16384</c>.</summary>
    public static bool TryReadFileNumbers(ReadOnlySpan<byte> text, out RelationFile file)
    {
        file = default;
        if (!TryReadNumber(ref text, out var tablespace) || !TrySkip(ref text)
            || !TryReadNumber(ref text, out var database) || !TrySkip(ref text)
            || !TryReadNumber(ref text, out var filenode))
        {
            return false;
        }

        file = new RelationFile(tablespace, database, filenode);
        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> text, out uint number)
    {
        ulong value = 0;
        var i = 0;
        while (i < text.Length && (uint)(text[i] - '0') <= 9 && i < 10)
        {
            value = (value * 10) + (uint)(text[i] - '0');
            i++;
        }

        number = (uint)value;
        text = text[i..];
        return i > 0 && value <= uint.MaxValue;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '/')
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    private static bool TryReadPlace(ref ReadOnlySpan<byte> text, out ulong place)
    {
        place = 0;
        if (!TryReadHexadecimal(ref text, out var high) || !TrySkip(ref text) || !TryReadHexadecimal(ref text, out var low))
        {
            return false;
        }

        place = (high << 32) | low;
        return true;
    }

    private static bool TryReadHexadecimal(ref ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        var i = 0;
        for (; i < text.Length && i < 9; i++)
        {
            int character = text[i];
            var digit = (uint)(character - '0') <= 9 ? character - '0' : (uint)(character - 'A') <= 5 ? character - 'A' + 10 : -1;
            if (digit < 0)
            {
                break;
            }

            value = (value << 4) | (uint)digit;
        }

        text = text[i..];
        return i is > 0 and <= 8;
    }
}
