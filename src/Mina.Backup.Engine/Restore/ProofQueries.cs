using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// The COPY statements that a proof consists of. Names, column lists and filters come from an index, where <see cref="IndexValidation"/> lets
/// nothing pass that could be more than that.
/// </summary>
internal static class ProofQueries
{
    /// <summary>Bytes of a large object per row.</summary>
    public const int LargeObjectChunk = 256 * 1024;

    /// <summary>Oids of all large objects.</summary>
    public const string LargeObjects = "COPY (SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid) TO STDOUT";

    /// <summary>All rows of a table in the form of the dump.</summary>
    public static string Table(IndexTable table, string encoding)
    {
        var source = table.Sources is { } sources
            ? $"({string.Join(" UNION ALL ", sources.Select(item => $"SELECT {table.Columns} FROM {item.Name} {item.Filter}".TrimEnd()))})"
            : table.Columns.Length == 0 ? table.Name : $"{table.Name} ({table.Columns})";
        return $"COPY {source} TO STDOUT WITH (ENCODING {SqlText.Literal(encoding)})";
    }

    /// <summary>Blocks of a table that ranges of them can be read of: servers before 14 read the whole table for each range, so they have none.</summary>
    public static string Blocks(string name) =>
        "COPY (SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 140000 AND c.relkind = 'r' "
        + "THEN pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int8 ELSE 0 END "
        + $"FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass({SqlText.Literal(name)})) TO STDOUT";

    /// <summary>Kind of a relation.</summary>
    public static string RelationKind(string name) =>
        $"COPY (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass({SqlText.Literal(name)})) TO STDOUT";

    /// <summary>Number of rows; a partition root counts what is below it.</summary>
    public static string RowCount(string name, bool partitioned) =>
        $"COPY (SELECT pg_catalog.count(*) FROM {(partitioned ? "" : "ONLY ")}{name}) TO STDOUT";

    /// <summary>Last value, whether it was handed out, and the step of a sequence.</summary>
    public static string Sequence(string name) =>
        $"COPY (SELECT s.last_value, s.is_called, q.seqincrement FROM {name} s, pg_catalog.pg_sequence q "
        + $"WHERE q.seqrelid = {SqlText.Literal(name)}::pg_catalog.regclass) TO STDOUT";

    /// <summary>Content of a large object in hexadecimal rows; one chunk more than its size, which must be empty.</summary>
    public static string LargeObject(IndexLargeObject expected)
    {
        var oid = expected.Oid.ToString(CultureInfo.InvariantCulture);
        var end = (expected.Size + LargeObjectChunk).ToString(CultureInfo.InvariantCulture);
        return $"COPY (SELECT pg_catalog.encode(pg_catalog.lo_get({oid}, g.o, {LargeObjectChunk}), 'hex') "
            + $"FROM pg_catalog.generate_series(0::bigint, {end}::bigint, {LargeObjectChunk}::bigint) g(o) ORDER BY g.o) TO STDOUT";
    }
}
