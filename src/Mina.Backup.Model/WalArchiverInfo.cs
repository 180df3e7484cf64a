namespace Mina.Backup.Model;

/// <summary>What a server tells about its own archiving (pg_stat_archiver).</summary>
public sealed record WalArchiverInfo
{
    /// <summary>Value of <c>archive_mode</c>.</summary>
    public required string ArchiveMode { get; init; }

    /// <summary>Whether <c>archive_command</c> or <c>archive_library</c> is set.</summary>
    public required bool Configured { get; init; }

    /// <summary>Files archived since the statistics were reset.</summary>
    public required long ArchivedCount { get; init; }

    /// <summary>The last file archived.</summary>
    public string? LastArchived { get; init; }

    /// <summary>When that was, UTC.</summary>
    public DateTimeOffset? LastArchivedAt { get; init; }

    /// <summary>Failed attempts since the statistics were reset.</summary>
    public required long FailedCount { get; init; }

    /// <summary>The last file that could not be archived.</summary>
    public string? LastFailed { get; init; }

    /// <summary>When that was, UTC.</summary>
    public DateTimeOffset? LastFailedAt { get; init; }

    /// <summary>Whether the last attempt failed.</summary>
    public bool Failing => LastFailedAt is { } failed && (LastArchivedAt is not { } archived || failed > archived);

    /// <summary>Files that wait to be archived; null where this role may not look.</summary>
    public long? WaitingFiles { get; init; }
}
