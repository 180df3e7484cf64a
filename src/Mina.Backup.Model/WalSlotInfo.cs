namespace Mina.Backup.Model;

/// <summary>A physical replication slot of the server.</summary>
public sealed record WalSlotInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether a receiver is connected.</summary>
    public required bool Active { get; init; }

    /// <summary>Bytes of WAL that the server keeps for it; null while it keeps none.</summary>
    public long? RetainedBytes { get; init; }

    /// <summary>The server's <c>wal_status</c>: <c>reserved</c>, <c>extended</c>, <c>unreserved</c> or <c>lost</c>; null before PostgreSQL 13.</summary>
    public string? WalStatus { get; init; }

    /// <summary>Bytes that can be written before WAL of the slot is removed; null where nothing limits it.</summary>
    public long? SafeBytes { get; init; }
}
