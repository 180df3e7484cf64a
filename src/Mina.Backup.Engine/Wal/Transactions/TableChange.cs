using System.Text.RegularExpressions;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>What a transaction did to one table, while it is being put together.</summary>
/// <param name="file">The file that its rows were in; the first one seen.</param>
/// <param name="relation">What is known of it; null when nobody wrote its name down.</param>
/// <param name="database">Name of its database; null when not known.</param>
internal sealed partial class TableChange(RelationFile file, NamedRelation? relation, string? database)
{
    /// <summary>The file.</summary>
    public RelationFile File => file;

    /// <summary>What is known of it.</summary>
    public NamedRelation? Relation => relation;

    /// <summary>Name of its database; null when not known.</summary>
    public string? Database => database;

    /// <summary>Rows inserted.</summary>
    public long Inserted { get; set; }

    /// <summary>Rows updated.</summary>
    public long Updated { get; set; }

    /// <summary>Rows deleted.</summary>
    public long Deleted { get; set; }

    /// <summary>Emptied.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>Dropped.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Whether anything happened to it that is worth telling.</summary>
    public bool Matters => Inserted + Updated + Deleted > 0 || IsTruncated || IsDropped;

    /// <summary>Rows that an emptied or dropped table had; null when not estimated.</summary>
    public long? EstimatedRows => IsTruncated || IsDropped ? relation?.Table.Rows : null;

    /// <summary>Rows that some operations touched; <see cref="long.MaxValue"/> when a table of unknown size went. 0 when none of them was done.</summary>
    public long RowsOf(IReadOnlyCollection<TransactionOperation> operations)
    {
        bool Asked(TransactionOperation operation) => operations.Count == 0 || operations.Contains(operation);

        var rows = (Asked(TransactionOperation.Insert) ? Inserted : 0) + (Asked(TransactionOperation.Update) ? Updated : 0) + (Asked(TransactionOperation.Delete) ? Deleted : 0);
        var gone = (IsTruncated && Asked(TransactionOperation.Truncate)) || (IsDropped && Asked(TransactionOperation.Drop));
        return !gone ? rows : EstimatedRows is { } estimate ? rows + Math.Max(1, estimate) : long.MaxValue;
    }

    /// <summary>As it is shown.</summary>
    public WalTransactionTable ToModel() => new()
    {
        Table = relation is null ? file.ToString() : Quoted(relation.Table),
        PartitionOf = relation?.Root is { } root ? Quoted(root) : null,
        Filenode = file.ToString(),
        Inserted = Inserted,
        Updated = Updated,
        Deleted = Deleted,
        IsTruncated = IsTruncated,
        IsDropped = IsDropped,
        EstimatedRows = EstimatedRows,
    };

    private static string Quoted(MappedRelation relation) => $"{Quoted(relation.Schema)}.{Quoted(relation.Name)}";

    private static string Quoted(string name) => Plain().IsMatch(name) ? name : SqlText.Identifier(name);

    [GeneratedRegex("^[a-z_][a-z0-9_]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
