namespace Mina.Backup.Model;

/// <summary>One step of putting a branch's whole cluster into the source's place by hand.</summary>
public sealed record PitrCutoverStep
{
    /// <summary>Its number, from 1.</summary>
    public required int Order { get; init; }

    /// <summary>What is done.</summary>
    public required string Title { get; init; }

    /// <summary>Where it is done: on the branch's machine or on the source's.</summary>
    public required string Where { get; init; }

    /// <summary>The command; null where a person has to act or decide.</summary>
    public string? Command { get; init; }

    /// <summary>Why it is needed, and how it is undone.</summary>
    public required string Reason { get; init; }
}
