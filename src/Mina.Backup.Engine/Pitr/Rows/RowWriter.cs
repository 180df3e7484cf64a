using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Takes staged rows over into one live table.</summary>
/// <param name="connection">The session that writes, in its transaction.</param>
/// <param name="plan">The table.</param>
/// <param name="stage">Its rows.</param>
internal sealed class RowWriter(NpgsqlConnection connection, RowPlan plan, RowStage stage)
{
    private string Columns => string.Join(", ", plan.Columns.Select(column => column.Sql));

    private string SameKey => string.Join(" AND ", plan.Branch.Key
        .Select(name => plan.Columns.Single(column => column.Name == name))
        .Select(column => $"l.{column.Sql} = {column.ArrivalSql("s")}"));

    /// <summary>
    /// Inserts the rows that are missing. One that meets another row's value of a unique column, or that was inserted meanwhile, stays out. Returns how many came in.
    /// </summary>
    public async Task<long> InsertAsync(CancellationToken cancellationToken)
    {
        if (stage.Missing == 0)
        {
            return 0;
        }

        var arrivals = string.Join(", ", plan.Columns.Select(column => column.ArrivalSql("s")));
        var insert = $"INSERT INTO {plan.Name.Sql} ({Columns}) OVERRIDING SYSTEM VALUE SELECT {arrivals} FROM {stage.Sql} s WHERE s.{RowStage.KindColumn} = {RowStage.MissingKind}";
        // A deferrable constraint cannot arbitrate: there, a row that comes in the way meanwhile is an error at the end.
        return await ExecuteAsync(await HasDeferrableKeyAsync(cancellationToken) ? insert : insert + " ON CONFLICT DO NOTHING", cancellationToken);
    }

    /// <summary>Overwrites the rows that differ. Returns how many.</summary>
    public async Task<long> UpdateAsync(CancellationToken cancellationToken)
    {
        // An identity that is always generated cannot be set; the comparison afterwards tells where it matters.
        var set = plan.Columns
            .Where(column => !column.IsIdentityAlways && !plan.Branch.Key.Contains(column.Name))
            .Select(column => $"{column.Sql} = {column.ArrivalSql("s")}")
            .ToList();
        return stage.Changed == 0 || set.Count == 0 ? 0 : await ExecuteAsync(
            $"UPDATE {plan.Name.Sql} AS l SET {string.Join(", ", set)} FROM {stage.Sql} s WHERE s.{RowStage.KindColumn} = {RowStage.ChangedKind} AND {SameKey}", cancellationToken);
    }

    /// <summary>Rows that were written and do not read as they were sent: the work of triggers.</summary>
    public async Task<long> CountAlteredAsync(CancellationToken cancellationToken)
    {
        if (!plan.HasKey || stage.Missing + stage.Changed == 0)
        {
            return 0;
        }

        var left = string.Join(", ", plan.Columns.Select(column => $"l.{column.Sql}"));
        var right = string.Join(", ", plan.Columns.Select(column => column.ArrivalSql("s")));
        return await ScalarAsync(
            $"SELECT pg_catalog.count(*) FROM {stage.Sql} s JOIN {plan.Name.Sql} l ON {SameKey} WHERE ROW({left})::text IS DISTINCT FROM ROW({right})::text", cancellationToken);
    }

    /// <summary>Missing rows that would stay out because another live row has their value of a unique index, partial ones and those on expressions included.</summary>
    public async Task<long> CountConflictsAsync(CancellationToken cancellationToken)
    {
        if (stage.Missing == 0)
        {
            return 0;
        }

        List<string> conflicts = [];
        foreach (var (values, condition) in await ReadUniqueIndexesAsync(cancellationToken))
        {
            // The stage has the live table's column names, so that an index's expressions mean its rows outside of the subquery and live rows within.
            var applies = condition is null ? "" : $" AND ({condition})";
            conflicts.Add($"SELECT ctid FROM {stage.Sql} WHERE {RowStage.KindColumn} = {RowStage.MissingKind}{applies} AND ROW({values}) IN (SELECT {values} FROM {plan.Name.Sql} WHERE true{applies})");
        }

        return conflicts.Count == 0 ? 0 : await ScalarAsync($"SELECT pg_catalog.count(*) FROM ({string.Join(" UNION ", conflicts)}) c", cancellationToken);
    }

    private async Task<IReadOnlyList<(string Values, string? Condition)>> ReadUniqueIndexesAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT (SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, place, true), ', ' ORDER BY place) FROM pg_catalog.generate_series(1, i.indnkeyatts) place),
                   pg_catalog.pg_get_expr(i.indpred, i.indrelid, true)
            FROM pg_catalog.pg_index i
            WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND NOT i.indisprimary
            """;
        await using var command = TableCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<(string, string?)> indexes = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            indexes.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
        }

        return indexes;
    }

    private async Task<bool> HasDeferrableKeyAsync(CancellationToken cancellationToken)
    {
        await using var command = TableCommand(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE (indisunique OR indisexclusion) AND NOT indimmediate AND indrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1) UNION SELECT $1))");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private NpgsqlCommand TableCommand(string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = plan.Live!.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        return command;
    }

    private async Task<long> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<long> ScalarAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
