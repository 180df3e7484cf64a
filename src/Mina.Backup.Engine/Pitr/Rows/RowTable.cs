namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>A table as one database has it.</summary>
internal sealed record RowTable
{
    /// <summary>Its OID there.</summary>
    public required uint Oid { get; init; }

    /// <summary>Its name.</summary>
    public required SqlName Name { get; init; }

    /// <summary>Whether it is the root or an inner node of partitions.</summary>
    public required bool IsPartitioned { get; init; }

    /// <summary>Its columns in their order.</summary>
    public required IReadOnlyList<RowColumn> Columns { get; init; }

    /// <summary>Columns of its primary key, in the key's order; empty when it has none.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>The table with its own rows: those of its partitions, but not those of tables that inherit from it, which are tables of their own.</summary>
    public string RowsSql => IsPartitioned ? Name.Sql : "ONLY " + Name.Sql;

    /// <summary>OIDs of the tables that its foreign keys refer to.</summary>
    public required IReadOnlyList<uint> References { get; init; }
}
