using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>What was found in a history of drills.</summary>
public sealed record DrillListing
{
    /// <summary>The records that fit, newest first.</summary>
    public required IReadOnlyList<DrillRecord> Records { get; init; }

    /// <summary>Where each kind and database that fits stands, over the whole history.</summary>
    public required IReadOnlyList<DrillSummary> Summaries { get; init; }

    /// <summary>Numbers of records that a run left unfinished.</summary>
    public required IReadOnlyList<long> Torn { get; init; }

    /// <summary>The error of a history that is not intact; null when it is.</summary>
    public IntegrityException? Failure { get; init; }
}
