namespace Mina.Backup.Model;

/// <summary>A WAL archive: what can be recovered from it, and how far it is behind its server.</summary>
public sealed record WalArchiveInfo
{
    /// <summary>The archive; <c>neon://</c> and the project's id where it is the history of a Neon project.</summary>
    public required string ArchivePath { get; init; }

    /// <summary>Whose it is.</summary>
    public PitrProvider Provider { get; init; }

    /// <summary>The spool beside it; null without one.</summary>
    public string? SpoolPath { get; init; }

    /// <summary>When it was looked at, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The worst of the problems, or that there is none.</summary>
    public WalArchiveState State => Problems.Select(problem => problem.State).DefaultIfEmpty(WalArchiveState.Healthy).Max();

    /// <summary>What is wrong, the worst first.</summary>
    public required IReadOnlyList<WalArchiveProblem> Problems { get; init; }

    /// <summary>Identifier of the cluster; null while there is no segment.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>Bytes of a segment of that cluster.</summary>
    public long? SegmentSize { get; init; }

    /// <summary>Files in the archive.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes that they take.</summary>
    public required long Size { get; init; }

    /// <summary>Files in the spool that wait for the archive.</summary>
    public required int SpooledFiles { get; init; }

    /// <summary>Bytes that they take.</summary>
    public required long SpooledSize { get; init; }

    /// <summary>The timelines, oldest first.</summary>
    public required IReadOnlyList<WalTimelineInfo> Timelines { get; init; }

    /// <summary>Missing segments.</summary>
    public required IReadOnlyList<WalGapInfo> Gaps { get; init; }

    /// <summary>The window of the newest timeline that reaches furthest; null while nothing can be recovered.</summary>
    public WalWindow? Window { get; init; }

    /// <summary>First place in the log that the archive does not have, the spool left out.</summary>
    public Lsn? ArchivedTo { get; init; }

    /// <summary>The server that was asked: host and port, or socket folder; null when none was.</summary>
    public string? Server { get; init; }

    /// <summary>End of the server's log.</summary>
    public Lsn? CurrentLsn { get; init; }

    /// <summary>Bytes of log that the archive does not have.</summary>
    public long? LagBytes { get; init; }

    /// <summary>Age of the oldest commit that the archive does not have; zero when it has all.</summary>
    public TimeSpan? LagTime { get; init; }

    /// <summary>Whether the log behind the archive could not be read, so that <see cref="LagTime"/> is the age of the archive's newest segment instead.</summary>
    public bool LagIsEstimate { get; init; }

    /// <summary>Bytes of the server's pg_wal; null where this role may not look.</summary>
    public long? PgWalSize { get; init; }

    /// <summary>What the server tells about its own archiving; null when no server was asked.</summary>
    public WalArchiverInfo? Archiver { get; init; }

    /// <summary>The server's physical replication slots.</summary>
    public IReadOnlyList<WalSlotInfo> Slots { get; init; } = [];
}
