namespace Mina.Backup.Model;

/// <summary>State of a WAL receiver, told whenever it changes.</summary>
public sealed record WalReceiverStatus
{
    /// <summary>The server: host and port, or socket folder.</summary>
    public required string Server { get; init; }

    /// <summary>Replication slot that keeps what was not received yet.</summary>
    public required string Slot { get; init; }

    /// <summary>Folder into which WAL is received.</summary>
    public required string SpoolPath { get; init; }

    /// <summary>What it does.</summary>
    public required WalReceiverState State { get; init; }

    /// <summary>Since when, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>First place in the log that is not received yet, as the spool tells; null while there is nothing.</summary>
    public Lsn? ReceivedTo { get; init; }

    /// <summary>Process id of pg_receivewal; null while it does not run.</summary>
    public int? ProcessId { get; init; }

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; init; }

    /// <summary>When it will be started again, UTC; null unless it waits.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Stable id of the failure that it waits for to pass; null without one.</summary>
    public string? ErrorId { get; init; }

    /// <summary>That failure in words; null without one.</summary>
    public string? Problem { get; init; }
}
