using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Reads from one database's catalog what comparing and copying need to know of tables.</summary>
/// <param name="connection">A pinned session.</param>
/// <param name="place">What the database is called in messages, as in "the branch".</param>
internal sealed class TableReader(NpgsqlConnection connection, string place)
{
    private const string UserTables = """
        c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp'
        """;

    /// <summary>Finds tables by the names that an operator gives; all that are no partitions when none is given.</summary>
    /// <exception cref="CatalogException"><c>TableNotFound</c>.</exception>
    /// <exception cref="ConfigurationException"><c>TableAmbiguous</c>.</exception>
    public async Task<IReadOnlyList<RowTable>> FindAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        List<SqlName> found = [];
        if (names.Count == 0)
        {
            found.AddRange(await ListAsync($"{UserTables} AND NOT c.relispartition", null, null, cancellationToken));
        }

        foreach (var text in names)
        {
            var (schema, name) = SqlName.Parse(text);
            var fitting = await ListAsync($"{UserTables} AND c.relname = $1 AND ($2::text IS NULL OR n.nspname = $2)", name, schema, cancellationToken);
            found.Add(fitting switch
            {
                [var one] => one,
                [] => throw new CatalogException(ErrorCatalog.TableNotFound, $"There is no table {text} in {place}.", new ErrorContext { Target = text }),
                _ => throw new ConfigurationException(
                    ErrorCatalog.TableAmbiguous, $"{text} may be {string.Join(" or ", fitting)} in {place}.", new ErrorContext { Target = text }),
            });
        }

        List<RowTable> tables = [];
        foreach (var name in found.Distinct())
        {
            tables.Add(await ReadAsync(name, cancellationToken) ?? throw new CatalogException(
                ErrorCatalog.TableNotFound, $"The table {name} was dropped from {place} meanwhile.", new ErrorContext { Target = name.ToString() }));
        }

        return tables;
    }

    /// <summary>One table; null when there is none of that name.</summary>
    public async Task<RowTable?> ReadAsync(SqlName name, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT c.oid, c.relkind = 'p',
                   ARRAY(SELECT a.attname::text FROM pg_catalog.pg_index i CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place)
                         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                         WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place),
                   ARRAY(SELECT DISTINCT confrelid FROM pg_catalog.pg_constraint WHERE conrelid = c.oid AND contype = 'f')
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
            """;
        RowTable table;
        await using (var command = Command(Sql, name.Schema, name.Name))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            table = new RowTable
            {
                Oid = reader.GetFieldValue<uint>(0),
                Name = name,
                IsPartitioned = reader.GetBoolean(1),
                Columns = [],
                Key = reader.GetFieldValue<string[]>(2),
                References = reader.GetFieldValue<uint[]>(3),
            };
        }

        return table with { Columns = await ReadColumnsAsync(table.Oid, cancellationToken) };
    }

    private async Task<IReadOnlyList<RowColumn>> ReadColumnsAsync(uint oid, CancellationToken cancellationToken)
    {
        // Through domains to the base type; user-defined types begin at OID 16384.
        const string Sql = """
            WITH RECURSIVE base AS (
                SELECT a.attnum, t.oid, t.typtype, t.typbasetype, t.typelem, t.typname, t.typnamespace, t.typsend
                FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL
                SELECT b.attnum, t.oid, t.typtype, t.typbasetype, t.typelem, t.typname, t.typnamespace, t.typsend
                FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')
            SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), n.nspname || '.' || b.typname, a.attgenerated <> '', a.attidentity = 'a',
                   b.typtype IN ('c', 'p', 'm') OR (b.typtype = 'r' AND b.oid >= 16384) OR b.typelem >= 16384 OR b.typsend = 0
            FROM pg_catalog.pg_attribute a
            JOIN base b ON b.attnum = a.attnum AND b.typtype <> 'd'
            JOIN pg_catalog.pg_namespace n ON n.oid = b.typnamespace
            WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<RowColumn> columns = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            columns.Add(new RowColumn
            {
                Name = reader.GetString(0),
                Type = reader.GetString(1),
                BaseType = reader.GetString(2),
                IsGenerated = reader.GetBoolean(3),
                IsIdentityAlways = reader.GetBoolean(4),
                IsTextual = reader.GetBoolean(5),
            });
        }

        return columns;
    }

    private async Task<IReadOnlyList<SqlName>> ListAsync(string condition, string? name, string? schema, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {condition} ORDER BY 1, 2",
            connection);
        if (name is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = name });
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)schema ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<SqlName> found = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new SqlName(reader.GetString(0), reader.GetString(1)));
        }

        return found;
    }

    private NpgsqlCommand Command(string sql, params string[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
