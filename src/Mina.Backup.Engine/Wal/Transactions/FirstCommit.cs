namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Keeps the time of the first commit and nothing else.</summary>
internal sealed class FirstCommit : IRecordSink
{
    /// <summary>When it was, UTC; null before there was one.</summary>
    public DateTimeOffset? Time { get; private set; }

    /// <inheritdoc/>
    public bool IsSatisfied => Time is not null;

    /// <inheritdoc/>
    public void Rows(uint xid, RelationFile file, RowOperation operation, long rows)
    {
    }

    /// <inheritdoc/>
    public void CatalogDelete(uint xid)
    {
    }

    /// <inheritdoc/>
    public void Created(uint xid, RelationFile file)
    {
    }

    /// <inheritdoc/>
    public void Running(uint nextXid)
    {
    }

    /// <inheritdoc/>
    public void End(in TransactionEnd end)
    {
        if (end.Committed)
        {
            Time ??= new DateTimeOffset(end.Time, TimeSpan.Zero);
        }
    }
}
