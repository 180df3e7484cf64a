using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>
/// Tells which staged rows that the live database lacks would stay out, as another live row has their value of a unique index, partial ones and those on expressions or
/// computed columns included.
/// </summary>
/// <param name="connection">The session that writes, in its transaction.</param>
/// <param name="plan">The table.</param>
/// <param name="stage">Its rows.</param>
internal sealed class StagedConflicts(NpgsqlConnection connection, RowPlan plan, RowStage stage)
{
    private const string Row = "\"mina row\"";

    /// <summary>How many there are.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        if (stage.Missing == 0 || await SelectAsync(cancellationToken) is not { } conflicts)
        {
            return 0;
        }

        await using var command = new NpgsqlCommand($"SELECT pg_catalog.count(*) FROM ({conflicts}) c", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The query for their places in the stage; null when nothing can conflict.</summary>
    public async Task<string?> SelectAsync(CancellationToken cancellationToken)
    {
        var indexes = await ReadIndexesAsync(cancellationToken);
        if (indexes.Count == 0)
        {
            return null;
        }

        var rows = await RowsAsync(cancellationToken);
        return string.Join(" UNION ", indexes.Select(index =>
        {
            var values = string.Join(", ", index.Values.Select((value, place) => FormattableString.Invariant($"{value} AS v{place}")));
            var same = string.Join(" AND ", index.Values.Select((_, place) => FormattableString.Invariant($"x.v{place} {(index.NullsAreSame ? "IS NOT DISTINCT FROM" : "=")} y.v{place}")));
            var filter = index.Condition is null ? "" : $" WHERE {index.Condition}";
            return $"SELECT x.{Row} FROM (SELECT {Row}, {values} FROM {rows}{filter}) x JOIN (SELECT {values} FROM {plan.Live!.RowsSql}{filter}) y ON {same}";
        }));
    }

    /// <summary>The staged rows as the live table would have them, so that an index's expressions mean the same of them.</summary>
    private async Task<string> RowsAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), pg_catalog.pg_get_expr(d.adbin, d.adrelid)
            FROM pg_catalog.pg_attribute a
            LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
            WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
            """;
        List<string> others = ["b.*"];
        await using var command = TableCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            if (!plan.Columns.Any(column => column.Name == name))
            {
                others.Add($"({(reader.IsDBNull(2) ? "NULL" : reader.GetString(2))})::{reader.GetString(1)} AS {SqlText.Identifier(name)}");
            }
        }

        var arrivals = plan.Columns.Select(column => $"{column.ArrivalSql("s")} AS {column.Sql}").Prepend($"s.ctid AS {Row}");
        return $"(SELECT {string.Join(", ", others)} FROM (SELECT {string.Join(", ", arrivals)} FROM {stage.Sql} s WHERE s.{RowStage.KindColumn} = {RowStage.MissingKind}) b) r";
    }

    private async Task<IReadOnlyList<UniqueIndex>> ReadIndexesAsync(CancellationToken cancellationToken)
    {
        // indnullsnotdistinct is a column since PostgreSQL 15.
        const string Sql = """
            SELECT ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, place, true) FROM pg_catalog.generate_series(1, i.indnkeyatts) place ORDER BY place),
                   pg_catalog.pg_get_expr(i.indpred, i.indrelid, true),
                   coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
            FROM pg_catalog.pg_index i
            WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND NOT i.indisprimary
            """;
        await using var command = TableCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<UniqueIndex> indexes = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            indexes.Add(new UniqueIndex(reader.GetFieldValue<string[]>(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetBoolean(2)));
        }

        return indexes;
    }

    private NpgsqlCommand TableCommand(string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = plan.Live!.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        return command;
    }

    private sealed record UniqueIndex(IReadOnlyList<string> Values, string? Condition, bool NullsAreSame);
}
