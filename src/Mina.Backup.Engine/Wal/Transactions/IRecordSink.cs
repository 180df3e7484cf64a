namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Takes the records of one stretch of the log, in its order.</summary>
internal interface IRecordSink
{
    /// <summary>Whether it knows enough: nothing more needs to be read.</summary>
    bool IsSatisfied { get; }

    /// <summary>Rows were touched.</summary>
    void Rows(uint xid, RelationFile file, RowOperation operation, long rows);

    /// <summary>Rows of <c>pg_class</c> were deleted.</summary>
    void CatalogDelete(uint xid);

    /// <summary>A file was created.</summary>
    void Created(uint xid, RelationFile file);

    /// <summary>The server told which transactions ran: the first id that none of them has.</summary>
    void Running(uint nextXid);

    /// <summary>A transaction, or an aborted subtransaction, ended.</summary>
    void End(in TransactionEnd end);
}
