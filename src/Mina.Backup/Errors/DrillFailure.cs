using Mina.Backup.Model;

namespace Mina.Backup.Errors;

/// <summary>The error that stands beside a drill that did not pass, so that no script takes it for a success.</summary>
internal static class DrillFailure
{
    /// <summary>The error of the first step that failed or was inconclusive; null when the drill passed.</summary>
    public static IntegrityException? From(RecoveryDrillResult result)
    {
        if (result.Verdict == DrillVerdict.Passed)
        {
            return null;
        }

        var failed = result.Verdict == DrillVerdict.Failed;
        var wanted = failed ? DrillStepOutcome.Failed : DrillStepOutcome.Inconclusive;
        var step = result.Steps.FirstOrDefault(candidate => candidate.Outcome == wanted);
        var what = result.Backup is { } name ? $" of {name}" : "";
        var where = step is null ? "Nothing was proven." : $"{step.Step}{(step.Name is null ? "" : $" ({step.Name})")}: {step.Detail}{First(step)}";
        return new IntegrityException(
            failed ? ErrorCatalog.DrillFailed : ErrorCatalog.DrillInconclusive,
            $"The recovery drill {result.Id}{what} {(failed ? "failed" : "was inconclusive")}. {where}",
            new ErrorContext { Target = result.Id })
        {
            LogPath = result.LogPath,
        };
    }

    private static string First(DrillStep step) =>
        step.Differences.Count == 0 || step.Detail == step.Differences[0] ? "" : $" {step.Differences[0]}{(step.Differences.Count > 1 ? $" (and {step.Differences.Count - 1} more)" : "")}";
}
