using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>Reads the filenode map of a server as it is now: of every database that the role may connect to.</summary>
internal static class FilenodeMapReader
{
    // The catalogs' own files are below 16384 and need no name; what is above in pg_catalog was rewritten and must not be taken for a user's table.
    private const string RelationsSql = """
        SELECT c.oid,
               CASE c.reltablespace WHEN 0 THEN d.dattablespace ELSE c.reltablespace END,
               COALESCE(pg_catalog.pg_relation_filenode(c.oid), 0),
               n.nspname::text,
               c.relname::text,
               c.relkind,
               CASE c.relkind WHEN 't' THEN t.oid WHEN 'i' THEN i.indrelid END,
               CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::oid END,
               CASE WHEN c.relkind IN ('r', 'm') AND (c.reltuples >= 0 OR pg_catalog.pg_stat_get_live_tuples(c.oid) > 0)
                    THEN GREATEST(c.reltuples::bigint, pg_catalog.pg_stat_get_live_tuples(c.oid)) END
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
        LEFT JOIN pg_catalog.pg_class t ON c.relkind = 't' AND t.reltoastrelid = c.oid
        LEFT JOIN pg_catalog.pg_index i ON c.relkind = 'i' AND i.indexrelid = c.oid
        WHERE c.relkind IN ('r', 'm', 't', 'p', 'i') AND c.relpersistence <> 't' AND NOT c.relisshared
          AND (c.relkind = 'p' OR pg_catalog.pg_relation_filenode(c.oid) >= 16384)
        ORDER BY c.oid
        """;

    private const string ServerSql = """
        SELECT pg_catalog.clock_timestamp(),
               CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END::text,
               (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()),
               ARRAY(SELECT datname::text FROM pg_catalog.pg_database
                     WHERE datallowconn AND pg_catalog.has_database_privilege(datname, 'CONNECT') ORDER BY datname)
        """;

    /// <summary>Reads the map of a server.</summary>
    /// <exception cref="ServerException">The server cannot be reached, or refuses.</exception>
    public static async Task<FilenodeMap> ReadAsync(ConnectionTarget server, CancellationToken cancellationToken)
    {
        await using var connection = await new PostgresConnector(server).OpenPinnedAsync(cancellationToken);
        var (map, databases) = await ReadServerAsync(connection, server, cancellationToken);
        List<MappedDatabase> read = [];
        List<UnmappedDatabase> unread = [];
        foreach (var database in databases)
        {
            try
            {
                read.Add(database == server.Database
                    ? await ReadDatabaseAsync(connection, cancellationToken)
                    : await ReadDatabaseAsync(server.WithDatabase(database), cancellationToken));
            }
            catch (ServerException e) when (database != server.Database)
            {
                // pg_hba.conf may forbid what the privileges allow; the tables of that database then show as numbers.
                unread.Add(new UnmappedDatabase(database, e.Message));
            }
        }

        return map with { Databases = read, Unread = unread };
    }

    private static async Task<(FilenodeMap Map, string[] Databases)> ReadServerAsync(NpgsqlConnection connection, ConnectionTarget server, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand(ServerSql, connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var map = new FilenodeMap
            {
                At = reader.GetFieldValue<DateTimeOffset>(0).ToUniversalTime(),
                Lsn = Lsn.Parse(reader.GetString(1)),
                Timeline = (uint)reader.GetInt32(2),
                Databases = [],
            };
            return (map, reader.GetFieldValue<string[]>(3));
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, "reading where its log is", server.ToString());
        }
    }

    private static async Task<MappedDatabase> ReadDatabaseAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        await using var connection = await new PostgresConnector(target).OpenPinnedAsync(cancellationToken);
        return await ReadDatabaseAsync(connection, cancellationToken);
    }

    private static async Task<MappedDatabase> ReadDatabaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var identity = new NpgsqlCommand("SELECT oid, datname::text FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()", connection);
            uint oid;
            string name;
            await using (var reader = await identity.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                oid = reader.GetFieldValue<uint>(0);
                name = reader.GetString(1);
            }

            return new MappedDatabase(oid, name, await ReadRelationsAsync(connection, cancellationToken));
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, "reading the files of its tables", connection.Database);
        }
    }

    private static async Task<IReadOnlyList<MappedRelation>> ReadRelationsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RelationsSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<MappedRelation> relations = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            relations.Add(new MappedRelation
            {
                Oid = reader.GetFieldValue<uint>(0),
                Tablespace = reader.GetFieldValue<uint>(1),
                Filenode = reader.GetFieldValue<uint>(2),
                Schema = reader.GetString(3),
                Name = reader.GetString(4),
                Kind = reader.GetChar(5),
                Owner = reader.IsDBNull(6) ? null : reader.GetFieldValue<uint>(6),
                Root = reader.IsDBNull(7) ? null : reader.GetFieldValue<uint>(7),
                Rows = reader.IsDBNull(8) ? null : reader.GetInt64(8),
            });
        }

        return relations;
    }
}
