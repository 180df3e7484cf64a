namespace Mina.Backup.Model;

/// <summary>One record in the history of drills: a drill, and whether its record still is what was written.</summary>
public sealed record DrillRecord
{
    /// <summary>Its number in the history, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>What the chain of checksums says of it.</summary>
    public required DrillRecordState State { get; init; }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>The drill; null when no record can be read. Trust it only when <see cref="State"/> is <see cref="DrillRecordState.Intact"/>.</summary>
    public RecoveryDrillResult? Drill { get; init; }

    /// <summary>When the record was written, UTC.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>SHA-256 of the record, 64 lowercase hexadecimal digits, as the record itself states it.</summary>
    public string? Sha256 { get; init; }

    /// <summary>When the next drill of the same kind and database is due, UTC: 90 days after the last passed one; null when none has passed, which makes it due now.</summary>
    public DateTimeOffset? NextDueAt { get; init; }

    /// <summary>Whether that time has come.</summary>
    public bool IsOverdue { get; init; }

    /// <summary>File of the history.</summary>
    public required string HistoryPath { get; init; }

    /// <summary>Name of the drill.</summary>
    public string? Id => Drill?.Id;

    /// <summary>What the drill proved.</summary>
    public DrillVerdict? Verdict => Drill?.Verdict;

    /// <summary>Database that was recovered; null for a whole cluster.</summary>
    public string? Database => Drill?.Database;

    /// <summary>When the drill began, UTC.</summary>
    public DateTimeOffset? StartedAt => Drill?.StartedAt;
}
