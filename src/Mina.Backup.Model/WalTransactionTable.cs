namespace Mina.Backup.Model;

/// <summary>What a transaction did to one table, its TOAST table included.</summary>
public sealed record WalTransactionTable
{
    /// <summary>Schema and name as they were then, quoted where SQL needs it; the numbers of the file where nobody wrote the name down.</summary>
    public required string Table { get; init; }

    /// <summary>The topmost partitioned table above it; null when it is no partition.</summary>
    public string? PartitionOf { get; init; }

    /// <summary>Tablespace, database and file by number, such as <c>1663/5/16384</c>.</summary>
    public required string Filenode { get; init; }

    /// <summary>Rows inserted.</summary>
    public long Inserted { get; init; }

    /// <summary>Rows updated.</summary>
    public long Updated { get; init; }

    /// <summary>Rows deleted.</summary>
    public long Deleted { get; init; }

    /// <summary>Whether it was emptied at once. Both this and <see cref="IsDropped"/> are set when the log does not tell which it was.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Whether it was dropped.</summary>
    public bool IsDropped { get; init; }

    /// <summary>Rows that an emptied or dropped table had, as the server estimated when its name was last written down; null when it did not.</summary>
    public long? EstimatedRows { get; init; }

    /// <summary>Rows inserted, updated and deleted.</summary>
    public long Rows => Inserted + Updated + Deleted;

    /// <summary>Everything that was done to it.</summary>
    public IReadOnlyList<TransactionOperation> Operations
    {
        get
        {
            (bool Done, TransactionOperation Operation)[] all =
            [
                (Inserted > 0, TransactionOperation.Insert),
                (Updated > 0, TransactionOperation.Update),
                (Deleted > 0, TransactionOperation.Delete),
                (IsTruncated, TransactionOperation.Truncate),
                (IsDropped, TransactionOperation.Drop),
            ];
            return [.. all.Where(item => item.Done).Select(item => item.Operation)];
        }
    }

    /// <summary>The table and what was done to it, the same in every culture.</summary>
    public override string ToString()
    {
        string[] parts =
        [
            .. new[] { (Inserted, "inserted"), (Updated, "updated"), (Deleted, "deleted") }
                .Where(part => part.Item1 > 0)
                .Select(part => FormattableString.Invariant($"{part.Item1} {part.Item2}")),
            .. IsTruncated && IsDropped ? ["truncated or dropped"] : IsTruncated ? ["truncated"] : IsDropped ? (string[])["dropped"] : [],
        ];
        return parts.Length == 0 ? Table : $"{Table} ({string.Join(", ", parts)})";
    }
}
