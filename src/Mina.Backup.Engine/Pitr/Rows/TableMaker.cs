using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>
/// Makes a table that the live database lost anew, as the branch has it: first the table, then, once its rows are in, its indexes, constraints and triggers, at last the
/// foreign keys of others that went with it. All within the transaction of the rows.
/// </summary>
/// <param name="live">The session that writes.</param>
/// <param name="branch">A session of the branch.</param>
/// <param name="source">The branch.</param>
/// <param name="tools">Finds pg_dump.</param>
/// <param name="context">The run.</param>
internal sealed class TableMaker(NpgsqlConnection live, NpgsqlConnection branch, ConnectionTarget source, ClientTools tools, RunContext context)
{
    private const string ConstraintSavepoint = "mina_constraint";

    /// <summary>Makes the bare tables.</summary>
    public Task MakeAsync(IReadOnlyList<RowTable> tables, CancellationToken cancellationToken) => RunSectionAsync(tables, "pre-data", cancellationToken);

    /// <summary>Gives them what they had beside their rows.</summary>
    public async Task FinishAsync(IReadOnlyList<RowTable> tables, CancellationToken cancellationToken)
    {
        await RunSectionAsync(tables, "post-data", cancellationToken);
        foreach (var table in tables)
        {
            await RestoreForeignKeysAsync(table, cancellationToken);
            await WarnOfViewsAsync(table, cancellationToken);
        }
    }

    private async Task RunSectionAsync(IReadOnlyList<RowTable> tables, string section, CancellationToken cancellationToken)
    {
        if (tables.Count == 0)
        {
            return;
        }

        List<string> arguments = [$"--section={section}"];
        foreach (var name in await WithPartitionsAsync(tables, cancellationToken))
        {
            // Quoted parts of a pattern mean themselves.
            arguments.Add($"--table={name.Sql}");
        }

        await using var command = new NpgsqlCommand(Unrestricted(await DumpAsync(arguments, cancellationToken)), live);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<string> DumpAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var tool = await tools.FindAsync("pg_dump", branch.PostgreSqlVersion.Major, cancellationToken);
        await using var process = ToolProcess.Start(tool, arguments, source.ToEnvironment(), cancellationToken);
        process.StandardInput.Close();
        using var reader = new StreamReader(process.StandardOutput, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(cancellationToken);
        (await process.WaitAsync(cancellationToken)).EnsureSuccess(source.ToString());
        return text;
    }

    /// <summary>Without pg_dump's pair of psql commands, the first and the last line that begin with a backslash.</summary>
    private static string Unrestricted(string script)
    {
        var lines = script.Split('\n').ToList();
        foreach (var place in new[]
        {
            lines.FindLastIndex(line => line.StartsWith("\\unrestrict ", StringComparison.Ordinal)),
            lines.FindIndex(line => line.StartsWith("\\restrict ", StringComparison.Ordinal)),
        })
        {
            if (place >= 0)
            {
                lines.RemoveAt(place);
            }
        }

        return string.Join('\n', lines);
    }

    private async Task<IReadOnlyList<SqlName>> WithPartitionsAsync(IReadOnlyList<RowTable> tables, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT n.nspname::text, c.relname::text
            FROM (SELECT pg_catalog.unnest($1) AS oid UNION SELECT p.relid FROM pg_catalog.unnest($1) t CROSS JOIN LATERAL pg_catalog.pg_partition_tree(t) p) u
            JOIN pg_catalog.pg_class c ON c.oid = u.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2
            """,
            branch);
        command.Parameters.Add(new NpgsqlParameter { Value = tables.Select(table => table.Oid).ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Oid });
        return await ReadNamesAsync(command, cancellationToken);
    }

    private async Task RestoreForeignKeysAsync(RowTable table, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT n.nspname::text, c.relname::text, k.conname::text, pg_catalog.pg_get_constraintdef(k.oid)
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE k.contype = 'f' AND k.confrelid = $1 AND k.conrelid <> $1 AND k.conparentid = 0 ORDER BY 1, 2, 3
            """;
        List<(SqlName Table, string Name, string Definition)> keys = [];
        await using (var command = new NpgsqlCommand(Sql, branch))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = table.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                keys.Add((new SqlName(reader.GetString(0), reader.GetString(1)), reader.GetString(2), reader.GetString(3)));
            }
        }

        foreach (var (from, name, definition) in keys)
        {
            if (await IsMissingAsync(from, name, cancellationToken))
            {
                await AddConstraintAsync(from, name, definition, cancellationToken);
            }
        }
    }

    private async Task<bool> IsMissingAsync(SqlName table, string constraint, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1))
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass($1) AND conname = $2)
            """,
            live);
        command.Parameters.Add(new NpgsqlParameter { Value = table.Sql });
        command.Parameters.Add(new NpgsqlParameter { Value = constraint });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // Rows written since may refer to nothing: the rows come back all the same, and the operator is told.
    private async Task AddConstraintAsync(SqlName table, string name, string definition, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"SAVEPOINT {ConstraintSavepoint}", cancellationToken);
        try
        {
            await ExecuteAsync($"ALTER TABLE {table.Sql} ADD CONSTRAINT {SqlText.Identifier(name)} {definition}", cancellationToken);
        }
        catch (PostgresException e)
        {
            await ExecuteAsync($"ROLLBACK TO SAVEPOINT {ConstraintSavepoint}", cancellationToken);
            context.Warning($"The foreign key {name} of {table} could not be made anew: {e.MessageText} Add it by hand: {definition}");
        }

        await ExecuteAsync($"RELEASE SAVEPOINT {ConstraintSavepoint}", cancellationToken);
    }

    private async Task WarnOfViewsAsync(RowTable table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT n.nspname::text, v.relname::text
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
            JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
            WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = $1 AND v.oid <> $1 ORDER BY 1, 2
            """,
            branch);
        command.Parameters.Add(new NpgsqlParameter { Value = table.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        foreach (var view in await ReadNamesAsync(command, cancellationToken))
        {
            await using var exists = new NpgsqlCommand("SELECT pg_catalog.to_regclass($1) IS NULL", live);
            exists.Parameters.Add(new NpgsqlParameter { Value = view.Sql });
            if ((bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
            {
                context.Warning($"The view {view} was dropped together with {table.Name}; it was not made anew. The branch has its definition.");
            }
        }
    }

    private static async Task<IReadOnlyList<SqlName>> ReadNamesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<SqlName> names = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(new SqlName(reader.GetString(0), reader.GetString(1)));
        }

        return names;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, live);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
