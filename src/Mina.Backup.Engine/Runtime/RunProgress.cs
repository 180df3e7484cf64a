namespace Mina.Backup.Engine.Runtime;

/// <summary>How far a run is.</summary>
public sealed record RunProgress
{
    /// <summary>What the whole run does, for instance <c>Backing up mina</c>.</summary>
    public required string Activity { get; init; }

    /// <summary>Stage now running, for instance <c>Dumping</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>What <see cref="Done"/>, <see cref="Total"/> and <see cref="Rate"/> count.</summary>
    public ProgressUnit Unit { get; init; } = ProgressUnit.Bytes;

    /// <summary>Bytes or rows done in this stage; null when unknown.</summary>
    public long? Done { get; init; }

    /// <summary>Estimate of the stage's total in the same unit; null when unknown.</summary>
    public long? Total { get; init; }

    /// <summary>Work per second in the same unit; null when unknown.</summary>
    public double? Rate { get; init; }

    /// <summary>Estimated time to the stage's end; null when unknown.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Whether the run has ended, well or not; always reported once, last.</summary>
    public bool Completed { get; init; }

    /// <summary>0 to 100 by <see cref="Done"/> and <see cref="Total"/>; null when unknown. Never 100 before the end, as totals are estimates.</summary>
    public int? Percent => Done is { } done && Total is { } total and > 0
        ? (int)Math.Clamp(done * 100.0 / total, 0, Completed ? 100 : 99)
        : null;
}
