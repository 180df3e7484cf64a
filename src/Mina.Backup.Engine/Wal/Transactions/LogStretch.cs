namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>
/// What one stretch of the log says: the ends of transactions in their order, each with what the stretch saw of its work, and the work of
/// transactions that the stretch saw no end of.
/// </summary>
internal sealed class LogStretch : IRecordSink
{
    private readonly Dictionary<uint, TransactionWork> open = [];
    private readonly Stack<TransactionWork> spare = new();
    private readonly TransactionShapes shapes = new();
    private uint lastXid;
    private TransactionWork? lastWork;

    /// <summary>Ends of transactions, in the log's order.</summary>
    public List<(TransactionEnd End, TransactionShape? Work)> Ends { get; } = [];

    /// <summary>Work whose end lies behind the stretch, by id of the transaction or subtransaction.</summary>
    public IReadOnlyDictionary<uint, TransactionWork> Open => open;

    /// <summary>The first id that no transaction had when the server first told; null when it did not tell.</summary>
    public uint? FirstNextXid { get; private set; }

    /// <inheritdoc/>
    public bool IsSatisfied => false;

    /// <inheritdoc/>
    public void Rows(uint xid, RelationFile file, RowOperation operation, long rows) => Find(xid).Add(file, operation, rows);

    /// <inheritdoc/>
    public void CatalogDelete(uint xid) => Find(xid).CatalogDeletes++;

    /// <inheritdoc/>
    public void Created(uint xid, RelationFile file) => Find(xid).AddCreated(file);

    /// <inheritdoc/>
    public void Running(uint nextXid) => FirstNextXid ??= nextXid;

    /// <inheritdoc/>
    public void End(in TransactionEnd end)
    {
        var work = Take(end.Xid);
        foreach (var xid in end.Subtransactions)
        {
            if (Take(xid) is { } part)
            {
                if (work is null)
                {
                    work = part;
                }
                else
                {
                    work.Add(part);
                    Recycle(part);
                }
            }
        }

        Ends.Add((end, end.Committed && work is { IsEmpty: false } ? shapes.Of(work) : null));
        if (work is not null)
        {
            Recycle(work);
        }
    }

    private TransactionWork Find(uint xid)
    {
        if (lastWork is not null && lastXid == xid)
        {
            return lastWork;
        }

        if (!open.TryGetValue(xid, out var work))
        {
            work = spare.TryPop(out var used) ? used : new TransactionWork();
            open.Add(xid, work);
        }

        lastXid = xid;
        lastWork = work;
        return work;
    }

    private TransactionWork? Take(uint xid)
    {
        if (lastXid == xid)
        {
            lastWork = null;
        }

        return open.Remove(xid, out var work) ? work : null;
    }

    private void Recycle(TransactionWork work)
    {
        work.Clear();
        spare.Push(work);
    }
}
