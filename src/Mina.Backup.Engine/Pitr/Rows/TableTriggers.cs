using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>
/// Switches the users' own triggers of a table and its partitions off and, to what each was, on again, within the transaction. Those that keep foreign keys are
/// PostgreSQL's and stay on.
/// </summary>
/// <param name="connection">The session that writes.</param>
internal sealed class TableTriggers(NpgsqlConnection connection)
{
    private readonly List<string> restore = [];

    /// <summary>Switches them off.</summary>
    public async Task DisableAsync(RowTable table, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT n.nspname::text, c.relname::text, g.tgname::text, g.tgenabled
            FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT g.tgisinternal AND g.tgenabled <> 'D'
              AND (g.tgrelid = $1 OR g.tgrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1)))
            """;
        List<string> disable = [];
        await using (var command = new NpgsqlCommand(Sql, connection))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = table.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var alter = $"ALTER TABLE ONLY {SqlText.Qualified(reader.GetString(0), reader.GetString(1))}";
                var name = SqlText.Identifier(reader.GetString(2));
                disable.Add($"{alter} DISABLE TRIGGER {name}");
                restore.Add(alter + reader.GetChar(3) switch { 'A' => " ENABLE ALWAYS TRIGGER ", 'R' => " ENABLE REPLICA TRIGGER ", _ => " ENABLE TRIGGER " } + name);
            }
        }

        await ExecuteAsync(disable, cancellationToken);
    }

    /// <summary>Switches them on again.</summary>
    public Task RestoreAsync(CancellationToken cancellationToken) => ExecuteAsync(restore, cancellationToken);

    private async Task ExecuteAsync(List<string> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
