namespace Mina.Backup.Model;

/// <summary>Something that is wrong with an archive.</summary>
public sealed record WalArchiveProblem
{
    /// <summary>How bad it is.</summary>
    public required WalArchiveState State { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }

    /// <summary>What to do next.</summary>
    public required string RecommendedAction { get; init; }

    /// <summary>Stable id of the error that kept the looking itself from being complete; null when the look was complete.</summary>
    public string? ErrorId { get; init; }

    /// <summary>State and message.</summary>
    public override string ToString() => $"{State}: {Message}";
}
