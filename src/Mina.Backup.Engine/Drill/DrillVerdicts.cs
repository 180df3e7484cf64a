using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>What the steps of a drill come to.</summary>
internal static class DrillVerdicts
{
    // Without the one of its kind a drill proves nothing, whatever else passed.
    private static readonly DrillStepKind[] Proofs = [DrillStepKind.Rows, DrillStepKind.Point];

    /// <summary>Failed if any step failed; else Inconclusive if any was, or nothing was proven; else Passed.</summary>
    public static DrillVerdict Of(IReadOnlyList<DrillStep> steps)
    {
        if (steps.Any(step => step.Outcome == DrillStepOutcome.Failed))
        {
            return DrillVerdict.Failed;
        }

        var proven = steps.Any(step => step.Outcome == DrillStepOutcome.Passed && Proofs.Contains(step.Step));
        return proven && steps.All(step => step.Outcome != DrillStepOutcome.Inconclusive) ? DrillVerdict.Passed : DrillVerdict.Inconclusive;
    }
}
