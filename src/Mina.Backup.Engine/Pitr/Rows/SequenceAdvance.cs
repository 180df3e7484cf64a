using System.Globalization;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>
/// Moves the sequences behind a table's columns forward, past every value that the table and the branch have, and never back. A sequence does not take part in a
/// transaction: this comes last, and one that moved stays so even when the commit fails, which does no harm.
/// </summary>
/// <param name="live">The session that writes.</param>
/// <param name="branch">A session of the branch.</param>
internal sealed class SequenceAdvance(NpgsqlConnection live, NpgsqlConnection branch)
{
    /// <summary>Moves the sequences of a table. Returns those that moved, as <c>name=value</c>.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(RowTable table, CancellationToken cancellationToken)
    {
        List<string> moved = [];
        foreach (var (column, sequence) in await FindAsync(table, cancellationToken))
        {
            var (increment, next) = await ReadAsync(live, sequence, cancellationToken) ?? throw new InvalidOperationException($"The sequence {sequence} is gone.");
            var other = await ReadAsync(branch, sequence, cancellationToken);
            var most = await ReadEndAsync(table, column, increment, cancellationToken);
            var wanted = next;
            foreach (var candidate in new[] { other?.Next, most + increment })
            {
                if (candidate is { } value && (increment > 0 ? value > wanted : value < wanted))
                {
                    wanted = value;
                }
            }

            if (wanted != next)
            {
                await using var command = new NpgsqlCommand("SELECT pg_catalog.setval($1::text::regclass, $2, false)", live);
                command.Parameters.Add(new NpgsqlParameter { Value = sequence.Sql });
                command.Parameters.Add(new NpgsqlParameter { Value = wanted });
                await command.ExecuteScalarAsync(cancellationToken);
                moved.Add(string.Create(CultureInfo.InvariantCulture, $"{sequence}={wanted}"));
            }
        }

        return moved;
    }

    private async Task<IReadOnlyList<(string Column, SqlName Sequence)>> FindAsync(RowTable table, CancellationToken cancellationToken)
    {
        // Owned by a column (serial, identity), or what its default draws from.
        const string Sql = """
            SELECT a.attname::text, n.nspname::text, s.relname::text
            FROM pg_catalog.pg_attribute a
            JOIN (SELECT d.refobjid AS relid, d.refobjsubid AS attnum, d.objid AS seq FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
                  UNION
                  SELECT f.adrelid, f.adnum, d.refobjid FROM pg_catalog.pg_attrdef f
                  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
                 ) u ON u.relid = a.attrelid AND u.attnum = a.attnum
            JOIN pg_catalog.pg_class s ON s.oid = u.seq AND s.relkind = 'S'
            JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
            WHERE a.attrelid = $1 AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
            ORDER BY 1, 2, 3
            """;
        await using var command = new NpgsqlCommand(Sql, live);
        command.Parameters.Add(new NpgsqlParameter { Value = table.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<(string, SqlName)> found = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), new SqlName(reader.GetString(1), reader.GetString(2))));
        }

        return found;
    }

    private static async Task<(long Increment, long Next)?> ReadAsync(NpgsqlConnection connection, SqlName sequence, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT s.seqincrement FROM pg_catalog.pg_sequence s WHERE s.seqrelid = pg_catalog.to_regclass($1)", connection);
        exists.Parameters.Add(new NpgsqlParameter { Value = sequence.Sql });
        if (await exists.ExecuteScalarAsync(cancellationToken) is not long increment)
        {
            return null;
        }

        await using var command = new NpgsqlCommand($"SELECT last_value, is_called FROM {sequence.Sql}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (increment, reader.GetInt64(0) + (reader.GetBoolean(1) ? increment : 0));
    }

    private async Task<long?> ReadEndAsync(RowTable table, string column, long increment, CancellationToken cancellationToken)
    {
        var name = Postgres.SqlText.Identifier(column);
        await using var command = new NpgsqlCommand($"SELECT pg_catalog.{(increment > 0 ? "max" : "min")}({name})::bigint FROM {table.Name.Sql}", live);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }
}
