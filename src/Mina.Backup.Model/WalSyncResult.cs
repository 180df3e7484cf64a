namespace Mina.Backup.Model;

/// <summary>What one round of bringing WAL from the spool into the archive did.</summary>
public sealed record WalSyncResult
{
    /// <summary>The archive.</summary>
    public required string ArchivePath { get; init; }

    /// <summary>The spool.</summary>
    public required string SpoolPath { get; init; }

    /// <summary>When the round ended, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Complete files that the archive has now and had not before: segments, history files and backup labels.</summary>
    public required int Published { get; init; }

    /// <summary>Files that the archive had already with the same content.</summary>
    public required int AlreadyThere { get; init; }

    /// <summary>Plain bytes published, the running segment included.</summary>
    public required long PlainSize { get; init; }

    /// <summary>Bytes that they take in the archive.</summary>
    public required long StoredSize { get; init; }

    /// <summary>The last segment published; null when there was none.</summary>
    public string? LastSegment { get; init; }

    /// <summary>First place in the log that the archive does not have, the running segment included; null when nothing was published.</summary>
    public Lsn? ArchivedTo { get; init; }

    /// <summary>Whether the server was asked to end its segment, as commits had waited for too long.</summary>
    public bool Switched { get; init; }

    /// <summary>The longest time from a commit to its being in the archive, of the commits that this round brought there; null where none was watched.</summary>
    public TimeSpan? Exposure { get; init; }

    /// <summary>Files that could not be published; they stay in the spool.</summary>
    public IReadOnlyList<WalSyncFailure> Failures { get; init; } = [];
}
