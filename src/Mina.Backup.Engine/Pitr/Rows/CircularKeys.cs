using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>
/// Where foreign keys go in a circle, no order of the tables satisfies all of them at each step. Those that refer to a table which comes later are made to wait for the
/// end, and made what they were again, within the transaction. Only a table's owner can do so; for anybody else they are checked at once, as always.
/// </summary>
/// <param name="connection">The session that writes.</param>
internal sealed class CircularKeys(NpgsqlConnection connection)
{
    private readonly List<string> restore = [];

    /// <summary>Makes those wait that cannot be satisfied in this order of tables.</summary>
    public async Task DeferAsync(IReadOnlyList<RowPlan> ordered, CancellationToken cancellationToken)
    {
        List<string> defer = [];
        for (var place = 0; place < ordered.Count; place++)
        {
            var later = ordered.Skip(place + 1).Select(plan => plan.Live?.Oid ?? 0).Where(oid => oid != 0).ToArray();
            if (ordered[place].Live is not { } table || !table.References.Intersect(later).Any())
            {
                continue;
            }

            foreach (var key in await FindAsync(table, later, cancellationToken))
            {
                var alter = $"ALTER TABLE {table.Name.Sql} ALTER CONSTRAINT {SqlText.Identifier(key)}";
                defer.Add(alter + " DEFERRABLE INITIALLY DEFERRED");
                restore.Add(alter + " NOT DEFERRABLE");
            }
        }

        await ExecuteAsync(defer, cancellationToken);
    }

    /// <summary>Makes them what they were; nothing may wait any more by then.</summary>
    public Task RestoreAsync(CancellationToken cancellationToken) => ExecuteAsync(restore, cancellationToken);

    private async Task<IReadOnlyList<string>> FindAsync(RowTable table, uint[] later, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT k.conname::text FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
            WHERE k.conrelid = $1 AND k.confrelid = ANY ($2) AND k.contype = 'f' AND k.conparentid = 0 AND NOT k.condeferrable
              AND pg_catalog.pg_has_role(c.relowner, 'USAGE') ORDER BY 1
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = table.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        command.Parameters.Add(new NpgsqlParameter { Value = later, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Oid });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> names = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private async Task ExecuteAsync(List<string> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
