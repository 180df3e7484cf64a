using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>The server that is restored into: opens sessions to any of its databases, and turns failures into known errors.</summary>
internal sealed class TargetServer
{
    private static readonly string[] MaintenanceDatabases = ["postgres", "template1"];
    private readonly ConnectionTarget connection;

    /// <summary>Creates it over a connection whose database does not matter.</summary>
    public TargetServer(ConnectionTarget connection) => this.connection = connection;

    /// <summary>Host and port, or socket folder.</summary>
    public string Server => connection.Server;

    /// <summary>
    /// The same server, by sessions in which no event trigger fires. Since PostgreSQL 17 one may fire with every login: it would write into a copy
    /// before it is compared, wait for what an open restore has locked, or keep everybody out.
    /// </summary>
    /// <param name="state">What is known of server and role: only superusers may switch the triggers off.</param>
    public TargetServer WithoutEventTriggers(TargetState state) =>
        state is { Major: >= 17, IsSuperuser: true } ? new TargetServer(connection.WithSetting("event_triggers", "off")) : this;

    /// <summary>The connection to one of its databases.</summary>
    public ConnectionTarget To(string database) => connection.WithDatabase(database);

    /// <summary>Opens a session with pinned settings and without time-outs.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var session = await new PostgresConnector(To(database)).OpenPinnedAsync(cancellationToken);
        try
        {
            await ExecuteAsync(session, "SET default_transaction_read_only = off", cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a session to a database that is neither the target nor its copy, from which both can be renamed.</summary>
    public async Task<NpgsqlConnection> OpenMaintenanceAsync(string target, CancellationToken cancellationToken)
    {
        Mina.Backup.Model.MinaException? first = null;
        foreach (var database in MaintenanceDatabases.Where(database => database != target))
        {
            try
            {
                return await OpenAsync(database, cancellationToken);
            }
            catch (Mina.Backup.Model.MinaException problem) when (problem.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege)
            {
                first ??= problem;
            }
        }

        throw first!;
    }

    /// <inheritdoc cref="SqlQuery.ExecuteAsync"/>
    public static Task ExecuteAsync(NpgsqlConnection session, string sql, CancellationToken cancellationToken) =>
        SqlQuery.ExecuteAsync(session, sql, cancellationToken);

    /// <inheritdoc cref="SqlQuery.ReadAsync"/>
    public static Task<IReadOnlyList<T>> QueryAsync<T>(
        NpgsqlConnection session,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object[] parameters) => SqlQuery.ReadAsync(session, sql, read, cancellationToken, parameters);
}
