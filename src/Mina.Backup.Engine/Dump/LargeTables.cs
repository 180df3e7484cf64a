using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Finds the tables that are worth a session of their own, and cuts them into pieces of about the same size. pg_dump reads one table after the
/// other over one session; what is read here, it is told to leave out.
/// </summary>
internal sealed class LargeTables
{
    /// <summary>Text of a piece, about: small enough that a few of them fit into memory.</summary>
    private const long PieceBytes = 8L << 20;

    /// <summary>Tables below this size are left to pg_dump: starting a query for each would cost more than it saves.</summary>
    private const long SmallestTable = 16L << 20;

    /// <summary>Each becomes an argument of pg_dump's.</summary>
    private const int MostTables = 200;

    // TID range scans, which read the blocks of a range and no others, came with version 14.
    private const int RangeScanVersion = 140000;

    private readonly NpgsqlConnection connection;
    private readonly int serverVersionNumber;

    /// <summary>Reads over the session that holds the snapshot.</summary>
    public LargeTables(NpgsqlConnection connection, int serverVersionNumber)
    {
        this.connection = connection;
        this.serverVersionNumber = serverVersionNumber;
    }

    /// <summary>The tables, the largest first, each with its pieces in order.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<TablePiece>>> ReadAsync(CancellationToken cancellationToken)
    {
        const string sql = SourceCatalog.UnsafePartitioned +
            """

            SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), a.columns,
              pg_catalog.pg_table_size(c.oid) AS bytes, pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              CROSS JOIN LATERAL (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ' ORDER BY attnum) AS columns
                FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') a
            WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND a.columns IS NOT NULL AND pg_catalog.pg_table_size(c.oid) >= $1
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
                WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_partition_ancestors(c.oid) p(oid) JOIN hashed x ON x.oid = p.oid)
            ORDER BY bytes DESC LIMIT $2
            """;
        var tables = new List<IReadOnlyList<TablePiece>>();
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = SmallestTable }, new() { Value = MostTables } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(Cut(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)));
        }

        return tables;
    }

    private IReadOnlyList<TablePiece> Cut(string table, string columns, long bytes, long blocks)
    {
        var pieces = serverVersionNumber < RangeScanVersion ? 1 : (int)Math.Min(blocks, bytes / PieceBytes);
        return pieces > 1 ? [.. TablePiece.Cut(table, columns, blocks, pieces)] : [new TablePiece(table, columns, null, null)];
    }
}
