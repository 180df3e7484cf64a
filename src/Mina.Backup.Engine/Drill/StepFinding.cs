using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>What a step found.</summary>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Detail">What was done and found, in a sentence, or why it was not done.</param>
/// <param name="Differences">What disagreed, one sentence each.</param>
/// <param name="ErrorId">Id of the error that the finding stands for; null when there is none.</param>
internal sealed record StepFinding(DrillStepOutcome Outcome, string Detail, IReadOnlyList<string> Differences, string? ErrorId = null)
{
    /// <summary>Everything agreed.</summary>
    public static StepFinding Passed(string detail) => new(DrillStepOutcome.Passed, detail, []);

    /// <summary>Not asked for, or not possible here.</summary>
    public static StepFinding Skipped(string reason) => new(DrillStepOutcome.Skipped, reason, []);

    /// <summary>A part of the proof that could not be done.</summary>
    public static StepFinding Inconclusive(string reason, params IReadOnlyList<string> differences) => new(DrillStepOutcome.Inconclusive, reason, differences);

    /// <summary>Something disagreed, or is not recoverable.</summary>
    public static StepFinding Failed(string detail, ErrorDefinition? error = null, params IReadOnlyList<string> differences) =>
        new(DrillStepOutcome.Failed, detail, differences, error?.Id);

    /// <summary>Passed when nothing disagreed, and failed otherwise.</summary>
    public static StepFinding Of(string passed, string failed, IReadOnlyList<string> differences) =>
        differences.Count == 0 ? Passed(passed) : Failed(failed, differences: differences);
}
