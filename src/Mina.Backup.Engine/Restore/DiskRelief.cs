using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Gives the server's disk back what an unfinished copy has taken, before that copy is dropped. DROP DATABASE begins with a checkpoint, and a
/// checkpoint that cannot write ends the whole server (PANIC), the live database included; dropping tables frees their files at commit and needs no checkpoint.
/// </summary>
internal static class DiskRelief
{
    private const string TablesQuery =
        """
        SELECT c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        ORDER BY pg_catalog.pg_total_relation_size(c.oid) DESC
        """;

    /// <summary>Whether a failure means that the server's disk is full.</summary>
    public static bool IsNeeded(Exception failure) => failure switch
    {
        MinaException problem => ReferenceEquals(problem.Definition, ErrorCatalog.ServerDiskFull),
        PostgresException problem => problem.SqlState == PostgresErrorCodes.DiskFull,
        _ => false,
    };

    /// <summary>Drops the tables of a database that nobody needs, the largest first.</summary>
    public static async Task DropTablesAsync(TargetServer server, NpgsqlConnection maintenance, string database, CancellationToken cancellationToken)
    {
        await TargetServer.QueryAsync(
            maintenance,
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1",
            row => row.GetBoolean(0),
            cancellationToken,
            database);
        await using var session = await server.OpenAsync(database, cancellationToken);

        // The pinned search path is empty, so every name comes with its schema.
        foreach (var table in await TargetServer.QueryAsync(session, TablesQuery, row => row.GetString(0), cancellationToken))
        {
            await TargetServer.ExecuteAsync(session, $"DROP TABLE IF EXISTS {table} CASCADE", cancellationToken);
        }
    }
}
