namespace Mina.Backup.Model;

/// <summary>One row that differs.</summary>
public sealed record PitrRowSample
{
    /// <summary>How it differs.</summary>
    public required PitrRowDifference Difference { get; init; }

    /// <summary>Its primary key as <c>column=value</c>, or the whole row where there is no key.</summary>
    public required string Key { get; init; }

    /// <summary>Columns with other values; empty unless it was changed.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The row in a few words.</summary>
    public override string ToString() => Columns.Count == 0 ? $"{Difference} {Key}" : $"{Difference} {Key}: {string.Join(", ", Columns)}";
}
