namespace Mina.Backup.Engine.Wal;

/// <summary>WAL to receive by streaming.</summary>
public sealed record WalReceiverRequest
{
    /// <summary>Name of the slot when none is given.</summary>
    public const string DefaultSlot = "mina_wal";

    /// <summary>Connection URI or Npgsql string of the server; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling when null.</summary>
    public string? SpoolPath { get; init; }

    /// <summary>Physical replication slot; made when it is absent.</summary>
    public string Slot { get; init; } = DefaultSlot;

    /// <summary>Most WAL that the server keeps for a receiver that is away, in bytes: sets <c>max_slot_wal_keep_size</c>. Null leaves it as it is.</summary>
    public long? MaximumSlotSize { get; init; }

    /// <summary>Receive what the server has when the run starts, then end; a failure ends the run.</summary>
    public bool Once { get; init; }
}
