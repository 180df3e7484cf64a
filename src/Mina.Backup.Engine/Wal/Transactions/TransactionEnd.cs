namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>The record that ended a transaction. A value: a gigabyte of log can hold millions.</summary>
/// <param name="Xid">Id of the top transaction, also of one that was prepared before.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Time">When it committed: ticks of the server's clock, UTC.</param>
/// <param name="Start">First byte of the record.</param>
/// <param name="Length">Bytes of the record, page headers within it not counted.</param>
/// <param name="Details">What only some have; null when there is nothing.</param>
internal readonly record struct TransactionEnd(uint Xid, TransactionOutcome Outcome, long Time, ulong Start, uint Length, TransactionDetails? Details)
{
    /// <summary>Whether its work stays.</summary>
    public bool Committed => Outcome is TransactionOutcome.Committed or TransactionOutcome.CommittedPrepared;

    /// <summary>Subtransactions that end with it.</summary>
    public ReadOnlySpan<uint> Subtransactions => Details is null ? [] : Details.Subtransactions;
}

/// <summary>How a transaction ended.</summary>
internal enum TransactionOutcome : byte
{
    /// <summary>Rolled back, prepared before or not; also a subtransaction alone.</summary>
    Aborted,

    /// <summary>Committed.</summary>
    Committed,

    /// <summary>Committed after it had been prepared.</summary>
    CommittedPrepared,
}

/// <summary>What only some transactions' ends tell.</summary>
internal sealed record TransactionDetails
{
    /// <summary>Subtransactions that end with it.</summary>
    public uint[] Subtransactions { get; init; } = [];

    /// <summary>Files that go with it.</summary>
    public RelationFile[] DroppedFiles { get; init; } = [];

    /// <summary>Tables and indexes whose statistics go with it: what was dropped and not just emptied. Servers before 15 do not tell.</summary>
    public DroppedRelation[] DroppedRelations { get; init; } = [];
}

/// <summary>A relation that a transaction dropped.</summary>
/// <param name="Database">OID of its database.</param>
/// <param name="Oid">Its OID.</param>
internal readonly record struct DroppedRelation(uint Database, uint Oid);
