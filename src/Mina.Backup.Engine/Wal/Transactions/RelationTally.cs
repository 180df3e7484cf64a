namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Rows that one transaction touched in one file.</summary>
/// <param name="File">The file.</param>
/// <param name="Inserted">Rows inserted.</param>
/// <param name="Updated">Rows updated, in place of their page (HOT) or not.</param>
/// <param name="Deleted">Rows deleted.</param>
internal readonly record struct RelationTally(RelationFile File, long Inserted, long Updated, long Deleted)
{
    /// <summary>The same with more rows.</summary>
    public RelationTally Add(RowOperation operation, long rows) => operation switch
    {
        RowOperation.Insert => this with { Inserted = Inserted + rows },
        RowOperation.Update => this with { Updated = Updated + rows },
        _ => this with { Deleted = Deleted + rows },
    };

    /// <summary>Both together.</summary>
    public RelationTally Add(RelationTally other) => this with
    {
        Inserted = Inserted + other.Inserted,
        Updated = Updated + other.Updated,
        Deleted = Deleted + other.Deleted,
    };
}
