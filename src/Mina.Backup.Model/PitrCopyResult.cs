namespace Mina.Backup.Model;

/// <summary>Rows of one table that were, or under <c>-WhatIf</c> would be, brought back from a branch.</summary>
public sealed record PitrCopyResult
{
    /// <summary>Schema and name, quoted where SQL needs it.</summary>
    public required string Table { get; init; }

    /// <summary>Name of the branch; null when a connection was given.</summary>
    public string? Branch { get; init; }

    /// <summary>Which rows were asked for.</summary>
    public required PitrCopyMode Mode { get; init; }

    /// <summary>Whether it was done: false under <c>-WhatIf</c>.</summary>
    public required bool IsApplied { get; init; }

    /// <summary>Whether the table did not exist in the live database and was made anew, with its indexes and constraints.</summary>
    public bool IsTableCreated { get; init; }

    /// <summary>Rows inserted.</summary>
    public required long Inserted { get; init; }

    /// <summary>Rows overwritten.</summary>
    public required long Updated { get; init; }

    /// <summary>Missing rows that stayed out: another row has their value of a unique column, or a trigger refused them.</summary>
    public required long Skipped { get; init; }

    /// <summary>Rows that triggers of the live table changed while they were written, so that they are not as in the branch; 0 under <c>-WhatIf</c>.</summary>
    public long Altered { get; init; }

    /// <summary>Sequences that were moved forward, as <c>name=value</c>.</summary>
    public IReadOnlyList<string> Sequences { get; init; } = [];

    /// <summary>How long comparing and writing took.</summary>
    public TimeSpan Duration { get; init; }
}
