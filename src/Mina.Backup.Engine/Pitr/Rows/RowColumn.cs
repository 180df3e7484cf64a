namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>A column of a table.</summary>
internal sealed record RowColumn
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its type as SQL takes it, with schema where it is not PostgreSQL's own.</summary>
    public required string Type { get; init; }

    /// <summary>Name of its base type in <c>pg_type</c>, schema first.</summary>
    public required string BaseType { get; init; }

    /// <summary>Whether its value is computed from others.</summary>
    public required bool IsGenerated { get; init; }

    /// <summary>Whether it is an identity that takes values from its sequence alone.</summary>
    public required bool IsIdentityAlways { get; init; }

    /// <summary>
    /// Whether its values travel as text: the binary form of arrays, ranges and composites of user-defined types names those types by OIDs, which two databases
    /// need not share.
    /// </summary>
    public required bool IsTextual { get; init; }

    /// <summary>The column as SQL takes it.</summary>
    public string Sql => Postgres.SqlText.Identifier(Name);

    /// <summary>Type in which its values travel.</summary>
    public string TravelType => IsTextual ? "pg_catalog.text" : Type;

    /// <summary>Its value as it travels.</summary>
    public string TravelSql(string alias) => IsTextual ? $"{alias}.{Sql}::pg_catalog.text" : $"{alias}.{Sql}";

    /// <summary>Its value from what travelled.</summary>
    public string ArrivalSql(string alias) => IsTextual ? $"{alias}.{Sql}::{Type}" : $"{alias}.{Sql}";
}
