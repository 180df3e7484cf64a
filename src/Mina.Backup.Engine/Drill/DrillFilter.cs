using System.IO.Enumeration;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>Chooses records of a history.</summary>
/// <param name="query">What is wanted.</param>
internal sealed class DrillFilter(DrillQuery query)
{
    /// <summary>The records that fit, newest first. What cannot be read, or is missing, fits only where nothing was asked for.</summary>
    public IReadOnlyList<DrillRecord> Choose(IEnumerable<DrillRecord> records) =>
        [.. records.Reverse().Where(record => record.Drill is { } drill ? Fits(drill) : IsEmpty).Take(query.Last ?? int.MaxValue)];

    /// <summary>Whether a database is asked for.</summary>
    public bool FitsDatabase(string? database) => query.Databases.Count == 0 || (database is not null && Matches(query.Databases, database));

    private bool IsEmpty => query is { Ids.Count: 0, Databases.Count: 0, Verdicts.Count: 0, After: null, Before: null };

    private static bool Matches(IReadOnlyList<string> patterns, string name) => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name));

    private bool Fits(RecoveryDrillResult drill) =>
        (query.Ids.Count == 0 || Matches(query.Ids, drill.Id))
        && FitsDatabase(drill.Database)
        && (query.Verdicts.Count == 0 || query.Verdicts.Contains(drill.Verdict))
        && (query.After is not { } after || drill.StartedAt >= after)
        && (query.Before is not { } before || drill.StartedAt < before);
}
