using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// A session that holds a snapshot for others to dump from. Tables are locked <c>ACCESS SHARE</c> before the snapshot is taken, so that none of them can
/// be altered or dropped between the snapshot and the moment at which pg_dump takes its own locks.
/// </summary>
public sealed class SnapshotSession : IAsyncDisposable
{
    private const int LockAttempts = 10;

    // Only what the role may read: a table that is excluded from the dump need not be readable, and pg_dump names any other.
    private const string TablesQuery =
        """
        SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
        ORDER BY c.oid
        """;

    private readonly NpgsqlTransaction transaction;
    private bool disposed;

    private SnapshotSession(NpgsqlConnection connection, NpgsqlTransaction transaction, string snapshot)
    {
        Connection = connection;
        this.transaction = transaction;
        Snapshot = snapshot;
    }

    /// <summary>The session; what it reads, it reads under the snapshot.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Id of the exported snapshot.</summary>
    public string Snapshot { get; }

    /// <summary>Locks the tables, takes the snapshot and exports it. Takes over the connection, also when it fails.</summary>
    public static async Task<SnapshotSession> StartAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var tables = await ReadTablesAsync(connection, cancellationToken);
                var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
                try
                {
                    return new SnapshotSession(connection, transaction, await ExportAsync(connection, tables, cancellationToken));
                }
                catch (PostgresException e) when (IsDdlRace(e.SqlState) && attempt < LockAttempts)
                {
                    // A table went away, or DDL and we waited for each other: the list is read anew.
                    await transaction.RollbackAsync(cancellationToken);
                    await transaction.DisposeAsync();
                }
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the transaction and the session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            await transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }

    private static async Task<string> ExportAsync(NpgsqlConnection connection, List<string> tables, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "SET TRANSACTION READ ONLY", cancellationToken);
        if (tables.Count > 0)
        {
            await ExecuteAsync(connection, $"LOCK TABLE ONLY {string.Join(", ONLY ", tables)} IN ACCESS SHARE MODE", cancellationToken);
        }

        await using var export = new NpgsqlCommand("SELECT pg_catalog.pg_export_snapshot()", connection);
        return (string)(await export.ExecuteScalarAsync(cancellationToken))!;
    }

    private static bool IsDdlRace(string sqlState) => sqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
        or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.WrongObjectType;

    private static async Task<List<string>> ReadTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = new List<string>();
        await using var command = new NpgsqlCommand(TablesQuery, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
