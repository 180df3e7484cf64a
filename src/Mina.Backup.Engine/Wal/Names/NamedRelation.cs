namespace Mina.Backup.Engine.Wal.Names;

/// <summary>What is known of a file: the table whose rows, or whose rows' long values, it holds.</summary>
/// <param name="Database">Name of the database.</param>
/// <param name="DatabaseOid">OID of the database.</param>
/// <param name="Table">The table; for a TOAST table or an index the table it belongs to.</param>
/// <param name="IsMain">Whether the file holds the rows themselves.</param>
/// <param name="Root">The topmost partitioned table above it; null when it is no partition.</param>
internal sealed record NamedRelation(string Database, uint DatabaseOid, MappedRelation Table, bool IsMain, MappedRelation? Root)
{
    /// <summary>Whether it belongs to PostgreSQL itself.</summary>
    public bool IsSystem => Table.Schema is "pg_catalog" or "information_schema" or "pg_toast";
}
