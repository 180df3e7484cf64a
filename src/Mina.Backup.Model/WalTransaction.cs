namespace Mina.Backup.Model;

/// <summary>
/// A committed transaction as the write-ahead log tells of it, its subtransactions included. Piped into <c>New-MinaPitrBranch</c> it stands for the
/// state just before it: <see cref="CommitLsn"/>, exclusive.
/// </summary>
public sealed record WalTransaction
{
    /// <summary>Its id: of the top transaction, the lower 32 bits.</summary>
    public required uint Xid { get; init; }

    /// <summary>When it committed, UTC, by the server's clock.</summary>
    public required DateTimeOffset CommitTime { get; init; }

    /// <summary>First byte of its commit record: a recovery up to here, exclusive, is the state just before it.</summary>
    public required Lsn CommitLsn { get; init; }

    /// <summary>First byte behind its commit record.</summary>
    public required Lsn EndLsn { get; init; }

    /// <summary>Timeline on which it committed.</summary>
    public required uint Timeline { get; init; }

    /// <summary>Databases whose tables it touched: one, as a transaction sees no other. Empty when its name is not known.</summary>
    public required string Database { get; init; }

    /// <summary>Tables that it touched, those with the most rows first. Catalogs are left out.</summary>
    public required IReadOnlyList<WalTransactionTable> Tables { get; init; }

    /// <summary>Whether it was prepared and committed later.</summary>
    public bool IsPrepared { get; init; }

    /// <summary>Its subtransactions that wrote something.</summary>
    public int Subtransactions { get; init; }

    /// <summary>
    /// False when it may have begun before the log that was read: then it may have touched more rows than are counted.
    /// </summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Rows inserted in all tables.</summary>
    public long Inserted => Tables.Sum(table => table.Inserted);

    /// <summary>Rows updated in all tables.</summary>
    public long Updated => Tables.Sum(table => table.Updated);

    /// <summary>Rows deleted in all tables, without those of emptied and dropped ones.</summary>
    public long Deleted => Tables.Sum(table => table.Deleted);

    /// <summary>Rows inserted, updated and deleted.</summary>
    public long Rows => Inserted + Updated + Deleted;

    /// <summary>Everything that it did.</summary>
    public IReadOnlyList<TransactionOperation> Operations => [.. Tables.SelectMany(table => table.Operations).Distinct().Order()];
}
