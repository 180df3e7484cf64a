namespace Mina.Backup.Model;

/// <summary>One step of a recovery drill.</summary>
public sealed record DrillStep
{
    /// <summary>Which step.</summary>
    public required DrillStepKind Step { get; init; }

    /// <summary>Name of a smoke test; null for every other step.</summary>
    public string? Name { get; init; }

    /// <summary>Its outcome.</summary>
    public required DrillStepOutcome Outcome { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>What was done and found, in a sentence, or why it was not done.</summary>
    public required string Detail { get; init; }

    /// <summary>What disagreed, one sentence each, the first hundred.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>Id of the error that stopped the step; null when none did.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Step and outcome.</summary>
    public override string ToString() => Name is null ? $"{Step} {Outcome}" : $"{Step} {Name} {Outcome}";
}
