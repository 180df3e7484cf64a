namespace Mina.Backup.Engine.Runtime;

/// <summary>One line of the history: what a run did and how it ended.</summary>
public sealed record RunRecord
{
    /// <summary>When it started, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What it did, in a word such as <c>backup</c>.</summary>
    public required string Operation { get; init; }

    /// <summary><c>succeeded</c>, <c>failed</c> or <c>canceled</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Its log file.</summary>
    public required string Log { get; init; }

    /// <summary>What it worked on: a backup's name or a database.</summary>
    public string? Target { get; init; }

    /// <summary>Stable id of the error that ended it; null unless it failed.</summary>
    public string? ErrorId { get; init; }
}
