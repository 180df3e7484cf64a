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
        if (!await HasDeferrableKeyAsync(cancellationToken))
        {
            return await ExecuteAsync(insert + " ON CONFLICT DO NOTHING", cancellationToken);
        }

        // A deferrable constraint cannot arbitrate: what conflicts is left out beforehand, and a row that comes in the way meanwhile is an error at the end.
        var conflicts = await new StagedConflicts(connection, plan, stage).SelectAsync(cancellationToken);
        return await ExecuteAsync(conflicts is null ? insert : $"{insert} AND s.ctid NOT IN ({conflicts})", cancellationToken);
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
            $"UPDATE {plan.Live!.RowsSql} AS l SET {string.Join(", ", set)} FROM {stage.Sql} s WHERE s.{RowStage.KindColumn} = {RowStage.ChangedKind} AND {SameKey}", cancellationToken);
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
            $"SELECT pg_catalog.count(*) FROM {stage.Sql} s JOIN {plan.Live!.RowsSql} l ON {SameKey} WHERE ROW({left})::text IS DISTINCT FROM ROW({right})::text", cancellationToken);
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
