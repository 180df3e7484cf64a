namespace Mina.Backup.Model;

/// <summary>Where the drills of one kind and database stand. Only intact records count.</summary>
public sealed record DrillSummary
{
    /// <summary>What is recovered from.</summary>
    public required DrillType Type { get; init; }

    /// <summary>The database; null for a whole cluster, or when no drill ever found anything to recover.</summary>
    public string? Database { get; init; }

    /// <summary>Drills in the history.</summary>
    public required int Drills { get; init; }

    /// <summary>Those that passed.</summary>
    public required int Passed { get; init; }

    /// <summary>Those that failed.</summary>
    public required int Failed { get; init; }

    /// <summary>Those that proved nothing.</summary>
    public required int Inconclusive { get; init; }

    /// <summary>Name of the last drill; null when there was none.</summary>
    public string? LastId { get; init; }

    /// <summary>When the last drill began, UTC.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>What the last drill proved.</summary>
    public DrillVerdict? LastVerdict { get; init; }

    /// <summary>When the last drill that passed began, UTC; null when none did.</summary>
    public DateTimeOffset? LastPassedAt { get; init; }

    /// <summary>When the next drill is due, UTC: 90 days after the last passed one; null when none has passed, which makes it due now.</summary>
    public DateTimeOffset? NextDueAt { get; init; }

    /// <summary>Whether that time has come.</summary>
    public required bool IsOverdue { get; init; }
}
