namespace Mina.Backup.Model;

/// <summary>Result of one check.</summary>
public sealed record VerificationCheck
{
    /// <summary>Which check.</summary>
    public required VerificationCheckKind Check { get; init; }

    /// <summary>Its outcome.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>What was compared, what disagreed, or why it was not checked.</summary>
    public required string Detail { get; init; }

    /// <summary>Id of the error that the failure stands for; null unless it failed.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Check and outcome.</summary>
    public override string ToString() => $"{Check} {Outcome}";
}
