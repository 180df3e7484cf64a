namespace Mina.Backup.Model;

/// <summary>Points of one timeline that can be recovered: every one from the first to the last.</summary>
public sealed record WalWindow
{
    /// <summary>Timeline to recover along.</summary>
    public required uint Timeline { get; init; }

    /// <summary>First place that can be recovered: where the base backup is consistent; null at Neon, which tells times alone.</summary>
    public required Lsn? From { get; init; }

    /// <summary>Time of that place, UTC: when the base backup was complete, or at Neon the beginning of its history.</summary>
    public DateTimeOffset? FromTime { get; init; }

    /// <summary>First place that cannot be recovered any more; null at Neon.</summary>
    public required Lsn? To { get; init; }

    /// <summary>Time of the last commit before it, UTC; null where that could not be read.</summary>
    public DateTimeOffset? ToTime { get; init; }

    /// <summary>The oldest base backup that it starts from; null at Neon.</summary>
    public required string? BaseBackup { get; init; }

    /// <summary>The first missing segment behind it: the one to be written next, or the first of a gap; null at Neon.</summary>
    public required string? NextSegment { get; init; }
}
