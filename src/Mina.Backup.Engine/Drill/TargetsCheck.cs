using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>Measured objectives against their targets.</summary>
internal static class TargetsCheck
{
    /// <summary>Fails when a target was missed.</summary>
    /// <param name="time">How long the recovery took.</param>
    /// <param name="point">How much work would be lost.</param>
    /// <param name="pointAskedFor">Whether the operator set a target for the latter, so that not to know it is no answer.</param>
    public static StepFinding Run(DrillObjective time, DrillObjective point, bool pointAskedFor)
    {
        var detail = $"Recovery time: {Describe(time)}. Recovery point: {Describe(point)}.";
        string[] missed = [.. Missed("recovery time", time), .. Missed("recovery point", point)];
        if (missed.Length > 0)
        {
            return StepFinding.Failed(detail, differences: missed);
        }

        if (point.Measured is null && pointAskedFor)
        {
            return StepFinding.Inconclusive(detail);
        }

        return time.Measured is null && point.Measured is null ? StepFinding.Skipped(detail) : StepFinding.Passed(detail);
    }

    private static IEnumerable<string> Missed(string what, DrillObjective objective) =>
        objective.IsMet == false ? [$"The {what} is {Text(objective.Measured)}, and may be {Text(objective.Target)}: {objective.Basis}."] : [];

    private static string Describe(DrillObjective objective) =>
        $"{(objective.Measured is null ? "not known" : Text(objective.Measured))} of {Text(objective.Target)} allowed ({objective.Basis})";

    private static string Text(TimeSpan? span) => span?.ToString(span.Value.TotalDays >= 1 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss\.f", CultureInfo.InvariantCulture) ?? "any";
}
