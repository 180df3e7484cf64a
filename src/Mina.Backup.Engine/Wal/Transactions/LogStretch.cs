namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>
/// What one stretch of the log says: the ends of transactions in their order, each with what the stretch saw of its work, and the work of
/// transactions that the stretch saw no end of.
/// </summary>
/// <param name="first">Index of its first segment in the run.</param>
/// <param name="end">Index of the first segment behind it.</param>
/// <param name="total">Bytes of all stretches that are read.</param>
/// <param name="major">Major version of the server that wrote it.</param>
internal sealed class LogStretch(int first, int end, long total, int major) : IRecordSink
{
    private readonly Dictionary<uint, TransactionWork> open = [];
    private readonly Stack<TransactionWork> spare = new();
    private readonly TransactionShapes shapes = new();
    private uint lastXid;
    private TransactionWork? lastWork;

    /// <summary>Index of its first segment in the run.</summary>
    public int First => first;

    /// <summary>Index of the first segment behind it.</summary>
    public int End => end;

    /// <summary>Bytes of all stretches that are read.</summary>
    public long Total => total;

    /// <summary>Major version of the server that wrote it.</summary>
    public int Major => major;

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
    void IRecordSink.End(in TransactionEnd ended)
    {
        var work = Take(ended.Xid);
        foreach (var xid in ended.Subtransactions)
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

        Ends.Add((ended, ended.Committed && work is { IsEmpty: false } ? shapes.Of(work) : null));
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
