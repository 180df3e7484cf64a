namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Puts stretches of the log together, in its order: a transaction may begin in one and end in another.</summary>
internal sealed class StretchMerger
{
    private readonly Dictionary<uint, TransactionWork> carried = [];
    private readonly TransactionShapes shapes = new();

    /// <summary>The first id that no transaction had when the server first told; null when it never did.</summary>
    public uint? FirstNextXid { get; private set; }

    /// <summary>Takes the next stretch and gives the transactions that committed in it and touched anything but catalogs.</summary>
    public IEnumerable<FoldedTransaction> Append(LogStretch stretch)
    {
        FirstNextXid ??= stretch.FirstNextXid;
        foreach (var (end, work) in stretch.Ends)
        {
            var whole = Carried(end) is { } earlier ? Together(earlier, work) : work;
            if (end.Committed && (whole is not null || end.Details is { DroppedFiles.Length: > 0 }))
            {
                yield return new FoldedTransaction(end, whole);
            }
        }

        foreach (var (xid, work) in stretch.Open)
        {
            if (carried.TryGetValue(xid, out var earlier))
            {
                earlier.Add(work);
            }
            else
            {
                carried.Add(xid, work);
            }
        }
    }

    private TransactionWork? Carried(in TransactionEnd end)
    {
        if (carried.Count == 0)
        {
            return null;
        }

        carried.Remove(end.Xid, out var whole);
        foreach (var xid in end.Subtransactions)
        {
            if (carried.Remove(xid, out var part))
            {
                if (whole is null)
                {
                    whole = part;
                }
                else
                {
                    whole.Add(part);
                }
            }
        }

        return whole;
    }

    private TransactionShape Together(TransactionWork earlier, TransactionShape? work)
    {
        if (work is not null)
        {
            earlier.Add(work);
        }

        return shapes.Of(earlier);
    }
}
