using System.Globalization;
using System.Text;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>How reports write values and sentences, the same in every culture and format.</summary>
internal static class ReportText
{
    /// <summary>What the chain can prove, and what it cannot.</summary>
    public const string Limits =
        "Each record holds the checksum of the one before it, and a file beside the history that of the last, so a record that was edited, moved, put in or removed shows. "
        + "Whoever may write both files could compute all of them anew: a report kept elsewhere, with the checksum above, shows that, too.";

    /// <summary>A point in time, such as <c>2026-11-24 01:15 UTC</c>.</summary>
    public static string Time(DateTimeOffset time) => Minute(time) + " UTC";

    /// <summary>A point in time where the zone is told elsewhere, such as <c>2026-11-24 01:15</c>.</summary>
    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A day, such as <c>2026-11-24</c>.</summary>
    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A count, such as <c>1,234,567</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count of things, such as <c>1 drill</c> or <c>12 drills</c>.</summary>
    public static string Count(long count, string thing) => $"{Count(count)} {thing}{(count == 1 ? "" : "s")}";

    /// <summary>An elapsed time in its two largest units, such as <c>0.4 s</c>, <c>4 min 5 s</c>, <c>10 min</c>, <c>1 h 2 min</c> or <c>3 d 4 h</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        var exact = time.Duration().TotalSeconds;
        var length = TimeSpan.FromSeconds(Math.Round(exact));
        var text = length switch
        {
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{exact:0.#} s"),
            { TotalHours: < 1 } => Pair(length.Minutes, "min", length.Seconds, "s"),
            { TotalDays: < 1 } => Pair(length.Hours, "h", length.Minutes, "min"),
            _ => Pair((int)length.TotalDays, "d", length.Hours, "h"),
        };
        return time < TimeSpan.Zero ? "−" + text : text;
    }

    /// <summary>Words of an enumeration's value: <c>Smoke test</c> for <c>SmokeTest</c>.</summary>
    public static string Words(Enum value)
    {
        var words = new StringBuilder();
        foreach (var character in value.ToString())
        {
            words.Append(words.Length > 0 && char.IsUpper(character) ? $" {char.ToLowerInvariant(character)}" : character.ToString());
        }

        return words.ToString();
    }

    /// <summary>What is recovered, as a heading.</summary>
    public static string Target(DrillTarget target) => target switch
    {
        { Type: DrillType.Pitr, Database: null } => "Whole cluster, to a point in time",
        { Type: DrillType.Pitr, Database: { } database } => $"Database {database}, to a point in time",
        { Database: { } database } => $"Database {database}, from its backups",
        _ => "No backup was found",
    };

    /// <summary>A step's name, with that of the smoke test.</summary>
    public static string Step(DrillStep step) => step.Name is { } name ? $"{Words(step.Step)}: {name}" : Words(step.Step);

    /// <summary>What a step did and found, with the id of its error.</summary>
    public static string Detail(DrillStep step) => step.ErrorId is { } id ? $"{step.Detail} ({id})" : step.Detail;

    /// <summary>What the drill proved, in a sentence or two.</summary>
    public static string Sentence(RecoveryDrillResult drill) => drill.Verdict switch
    {
        DrillVerdict.Passed => $"{Subject(drill)} was recovered and proven: {Proof(drill)}.",
        DrillVerdict.Failed => $"{Subject(drill)} did not pass. {Reasons(drill, DrillStepOutcome.Failed)}",
        _ => $"{Subject(drill)} is not proven: nothing disagreed, but a part of the proof could not be done. {Reasons(drill, DrillStepOutcome.Inconclusive)}",
    };

    /// <summary>Measured value and target of an objective, such as <c>4 min 05 s of 15 min 00 s</c>.</summary>
    public static string Objective(DrillObjective objective) => objective switch
    {
        { Measured: null } => "not measured",
        { Measured: { } measured, Target: null } => $"{Duration(measured)}, no target",
        { Measured: { } measured, Target: { } target, IsMet: var met } => $"{Duration(measured)}, {(met == true ? "within" : "over")} the target of {Duration(target)}",
    };

    /// <summary>When the next drill is due.</summary>
    public static string Due(DrillSummary? summary) => summary switch
    {
        null or { NextDueAt: null } => "Due now: no drill in the history has passed",
        { IsOverdue: true, NextDueAt: { } due } => $"Overdue since {Day(due)}",
        { NextDueAt: { } due } => Day(due),
    };

    /// <summary>What the history says of a drill's record.</summary>
    public static string Record(DrillRecord? record) => record switch
    {
        null => "Not in the history",
        { State: DrillRecordState.Intact } => FormattableString.Invariant($"{record.Sequence}, intact"),
        _ => FormattableString.Invariant($"{record.Sequence}, {Words(record.State).ToLowerInvariant()}: {record.Problem}"),
    };

    /// <summary>What the chain says of the whole history.</summary>
    public static string History(DrillHistoryContent history)
    {
        var intact = Count(history.Records.Count(record => record.State == DrillRecordState.Intact), "record");
        var torn = history.Torn.Count == 0 ? "" : $" Left unfinished by a run that ended while it wrote: {Count(history.Torn.Count, "record")}.";
        return history.IsIntact ? $"{intact}, each as it was written, none missing.{torn}" : $"{intact} as written; {Count(history.Broken.Count, "record")} changed, moved or missing.{torn}";
    }

    private static string Pair(int large, string largeUnit, int small, string smallUnit) =>
        FormattableString.Invariant($"{large} {largeUnit}") + (small == 0 ? "" : FormattableString.Invariant($" {small} {smallUnit}"));

    private static string Subject(RecoveryDrillResult drill)
    {
        var made = drill.BackupCreatedAt is { } at ? $", made {Time(at)}," : "";
        return (drill.Type, drill.Backup) switch
        {
            (DrillType.Pitr, null) => "The recovery to a point in time",
            (DrillType.Pitr, { } backup) => $"The cluster at {drill.Point?.ToString() ?? "a point in time"}, from base backup {backup}{made}",
            (_, null) => "The recovery from a backup",
            (_, { } backup) => $"Backup {backup}{(drill.Database is { } database ? $" of database {database}" : "")}{made}",
        };
    }

    private static string Proof(RecoveryDrillResult drill)
    {
        var checks = Count(drill.Steps.Count(step => step.Outcome == DrillStepOutcome.Passed), "step");
        return drill.Tables.Count > 0
            ? $"{Count(drill.Tables.Count, "table")} with {Count(drill.Tables.Sum(table => table.ActualRows ?? 0), "row")} agree with what was recorded; {checks} passed"
            : $"{checks} passed";
    }

    private static string Reasons(RecoveryDrillResult drill, DrillStepOutcome outcome) =>
        string.Join(" ", drill.Steps.Where(step => step.Outcome == outcome).Take(3).Select(step => $"{Step(step)}: {step.Detail}"));
}
