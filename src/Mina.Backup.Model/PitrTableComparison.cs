namespace Mina.Backup.Model;

/// <summary>A table of a branch beside the live one, row by row.</summary>
public sealed record PitrTableComparison
{
    /// <summary>Schema and name, quoted where SQL needs it.</summary>
    public required string Table { get; init; }

    /// <summary>Name of the branch; null when a connection was given.</summary>
    public string? Branch { get; init; }

    /// <summary>Columns of the primary key; empty when there is none and whole rows were compared.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>Whether the live database has the table at all.</summary>
    public bool IsInLive { get; init; } = true;

    /// <summary>Rows of the branch that were compared.</summary>
    public required long BranchRows { get; init; }

    /// <summary>Rows of the live database that were compared.</summary>
    public required long LiveRows { get; init; }

    /// <summary>Rows that the live database lacks.</summary>
    public required long Missing { get; init; }

    /// <summary>Rows with other values; null where whole rows were compared, which are then missing and extra.</summary>
    public required long? Changed { get; init; }

    /// <summary>Rows that only the live database has.</summary>
    public required long Extra { get; init; }

    /// <summary>Whether both have the same rows.</summary>
    public bool IsIdentical => IsInLive && Missing == 0 && (Changed ?? 0) == 0 && Extra == 0;

    /// <summary>Some of the rows that differ, the first of each kind in the order of the key.</summary>
    public IReadOnlyList<PitrRowSample> Samples { get; init; } = [];

    /// <summary>Columns that were not compared: generated ones, and those that only one side has.</summary>
    public IReadOnlyList<string> SkippedColumns { get; init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}
