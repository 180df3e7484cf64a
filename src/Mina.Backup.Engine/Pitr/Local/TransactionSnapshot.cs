using System.Globalization;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>Which transactions had ended when a base backup was complete: PostgreSQL's <c>pg_snapshot</c>.</summary>
/// <param name="Next">The first transaction that had not begun.</param>
/// <param name="Running">Those before it that had not ended.</param>
internal sealed record TransactionSnapshot(ulong Next, IReadOnlySet<ulong> Running)
{
    /// <summary>Reads <c>xmin:xmax:xip,xip</c>.</summary>
    public static TransactionSnapshot Parse(string text)
    {
        var fields = text.Split(':');
        var running = fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(xid => ulong.Parse(xid, CultureInfo.InvariantCulture));
        return new TransactionSnapshot(ulong.Parse(fields[1], CultureInfo.InvariantCulture), running.ToHashSet());
    }

    /// <summary>Whether a transaction can have ended only later.</summary>
    /// <param name="xid">A full transaction id, or its lower 32 bits.</param>
    public bool IsOpen(ulong xid)
    {
        var full = xid > uint.MaxValue ? xid : Extend((uint)xid);
        return full >= Next || Running.Contains(full);
    }

    // Of all ids with these bits the one nearest to the snapshot: no other can be in WAL beside it.
    private ulong Extend(uint xid)
    {
        var distance = unchecked((int)(xid - (uint)Next));
        return unchecked(Next + (ulong)distance);
    }
}
