using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>Opens further sessions on an exported snapshot.</summary>
internal sealed class SnapshotImport
{
    private readonly PostgresConnector connector;
    private readonly string snapshot;

    public SnapshotImport(PostgresConnector connector, string snapshot)
    {
        this.connector = connector;
        this.snapshot = snapshot;
    }

    /// <summary>
    /// Opens the sessions, each with locks of its own on the tables: the exporting session ends before they are read, and TRUNCATE would empty
    /// them for every snapshot. When the server has no room for all of them, there are fewer, maybe none.
    /// </summary>
    public async Task<IReadOnlyList<NpgsqlConnection>> OpenAsync(int count, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        var sessions = new List<NpgsqlConnection>();
        try
        {
            while (sessions.Count < count)
            {
                sessions.Add(await OpenAsync(tables, cancellationToken));
            }
        }
        catch (MinaException problem) when (problem.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return sessions;
        }
        catch
        {
            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }

            throw;
        }

        return sessions;
    }

    private async Task<NpgsqlConnection> OpenAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        var session = await connector.OpenPinnedAsync(cancellationToken);
        try
        {
            var sql = $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT {SqlText.Literal(snapshot)}; LOCK TABLE ONLY {string.Join(", ONLY ", tables)} IN ACCESS SHARE MODE";
            await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }
}
