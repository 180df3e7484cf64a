using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>When drills are due: per kind and database, 90 days after the last one that passed.</summary>
internal static class DrillSchedule
{
    /// <summary>Longest time between drills that pass.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromDays(90);

    /// <summary>Where each kind and database stands, by name.</summary>
    /// <param name="drills">Drills that count as evidence, oldest first.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<DrillSummary> Summarize(IEnumerable<RecoveryDrillResult> drills, DateTimeOffset now)
    {
        var groups = drills.GroupBy(DrillTarget.Of).ToList();

        // A drill that found nothing to recover says something of its own only while there is no other.
        return
        [
            .. groups
                .Where(group => !group.Key.IsNothing || groups.TrueForAll(other => other.Key.Type != group.Key.Type || other.Key.IsNothing))
                .OrderBy(group => group.Key.Type).ThenBy(group => group.Key.Database, StringComparer.Ordinal)
                .Select(group => Summarize(group.Key, [.. group.OrderBy(drill => drill.StartedAt)], now)),
        ];
    }

    /// <summary>What stands for a database that was never drilled.</summary>
    public static DrillSummary Never(string database, DateTimeOffset now) => Summarize(new DrillTarget(DrillType.Backup, database), [], now);

    private static DrillSummary Summarize(DrillTarget target, IReadOnlyList<RecoveryDrillResult> drills, DateTimeOffset now)
    {
        var last = drills.Count > 0 ? drills[^1] : null;
        var passed = drills.LastOrDefault(drill => drill.Verdict == DrillVerdict.Passed)?.StartedAt;
        return new DrillSummary
        {
            Type = target.Type,
            Database = target.Database,
            Drills = drills.Count,
            Passed = drills.Count(drill => drill.Verdict == DrillVerdict.Passed),
            Failed = drills.Count(drill => drill.Verdict == DrillVerdict.Failed),
            Inconclusive = drills.Count(drill => drill.Verdict == DrillVerdict.Inconclusive),
            LastId = last?.Id,
            LastAt = last?.StartedAt,
            LastVerdict = last?.Verdict,
            LastPassedAt = passed,
            NextDueAt = passed + Interval,
            IsOverdue = passed is null || passed + Interval <= now,
        };
    }
}
