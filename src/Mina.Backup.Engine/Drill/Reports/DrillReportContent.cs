namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>What a report says, whatever its format.</summary>
internal sealed record DrillReportContent
{
    /// <summary>When the report is made, UTC.</summary>
    public required DateTimeOffset GeneratedAt { get; init; }

    /// <summary>Where each database, or the cluster, stands.</summary>
    public required IReadOnlyList<DrillStanding> Standings { get; init; }

    /// <summary>The drills, newest first; never empty.</summary>
    public required IReadOnlyList<ReportedDrill> Drills { get; init; }

    /// <summary>The history.</summary>
    public required DrillHistoryContent History { get; init; }
}
