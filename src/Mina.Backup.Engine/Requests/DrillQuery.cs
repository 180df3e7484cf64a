using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>Which drills of a history to list or report. Conditions are combined with and.</summary>
public sealed record DrillQuery
{
    /// <summary>File of the history, or the folder that holds it; the state folder's when null.</summary>
    public string? HistoryPath { get; init; }

    /// <summary>Names of drills, with * and ? as wildcards; all when empty.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Databases, with * and ? as wildcards; all, and whole clusters, when empty.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>Verdicts; all when empty.</summary>
    public IReadOnlyList<DrillVerdict> Verdicts { get; init; } = [];

    /// <summary>Begun at this time or later.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Begun before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Only the newest so many.</summary>
    public int? Last { get; init; }
}
