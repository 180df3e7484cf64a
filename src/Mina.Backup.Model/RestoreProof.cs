using System.Globalization;

namespace Mina.Backup.Model;

/// <summary>Comparison of a restored copy with what the backup recorded.</summary>
public sealed record RestoreProof
{
    /// <summary>What could be compared.</summary>
    public required ProofKind Kind { get; init; }

    /// <summary>Outcome over everything compared.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>Every table, in the backup's order.</summary>
    public required IReadOnlyList<TableComparison> Tables { get; init; }

    /// <summary>Rows compared.</summary>
    public required long Rows { get; init; }

    /// <summary>Large objects compared.</summary>
    public long LargeObjects { get; init; }

    /// <summary>Sequences compared; a restored value may not be behind the recorded one.</summary>
    public int Sequences { get; init; }

    /// <summary>Differences that do not belong to one table, one sentence each.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>Outcome and extent, the same in every culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Outcome} by {Kind}, {Tables.Count} tables, {Rows} rows");
}
