namespace Mina.Backup.Model;

/// <summary>One table of a restored copy beside what the backup recorded of it.</summary>
public sealed record TableComparison
{
    /// <summary>Schema-qualified name, quoted where SQL needs it.</summary>
    public required string Table { get; init; }

    /// <summary>Rows in the backup.</summary>
    public required long ExpectedRows { get; init; }

    /// <summary>Rows found; null when the table could not be read.</summary>
    public long? ActualRows { get; init; }

    /// <summary>Whether rows, and fingerprints where recorded, agree.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>What disagreed, or why it was not compared.</summary>
    public string? Detail { get; init; }

    /// <summary>Table and outcome.</summary>
    public override string ToString() => $"{Table} {Outcome}";
}
