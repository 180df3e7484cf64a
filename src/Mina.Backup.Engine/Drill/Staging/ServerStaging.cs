using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Drill.Staging;

/// <summary>A server that the operator gave. The drill makes a database of its own on it, and such roles as are missing, and drops both.</summary>
internal sealed class ServerStaging : DrillStaging
{
    private readonly string version;
    private readonly RunContext context;
    private IReadOnlyList<string> roles = [];
    private bool done;

    private ServerStaging(ConnectionTarget server, string version, string detail, RunContext context)
    {
        Server = server;
        Detail = detail;
        this.version = version;
        this.context = context;
    }

    /// <inheritdoc/>
    public override ConnectionTarget Server { get; }

    /// <inheritdoc/>
    public override string Description => $"staging server {Server.Server}";

    /// <inheritdoc/>
    public override string Detail { get; }

    /// <inheritdoc/>
    public override string ServerVersion => version;

    /// <summary>Connects to it.</summary>
    /// <param name="connection">Connection URI or string of the staging server.</param>
    /// <param name="source">Connection URI or string of the source; <c>DATABASE_URL</c> when null.</param>
    /// <param name="backup">The backup, which may have recorded what server and database it was made of.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MinaException"><c>StagingIsSource</c>; it cannot be reached.</exception>
    public static async Task<ServerStaging> OpenAsync(string connection, string? source, BackupInfo backup, RunContext context, CancellationToken cancellationToken)
    {
        var server = PoolerDetection.ToDirectAddress(ConnectionTarget.Parse(connection, context.Environment), context);
        context.Log.Redact(server.Password?.Reveal() ?? "");
        await using var session = await new PostgresConnector(server).OpenPinnedAsync(cancellationToken);
        var info = await ServerInfo.ReadAsync(session, cancellationToken);
        PoolerDetection.EnsureDirectSession(session, info, server);
        var proof = await new SameServerCheck(server, session).RunAsync(source, backup, context, cancellationToken);
        return new ServerStaging(server, info.Version, $"The staging server is {server.Server} (PostgreSQL {info.Version}). {proof}", context);
    }

    /// <inheritdoc/>
    public override async Task PrepareAsync(VerifiedBackup backup, CancellationToken cancellationToken)
    {
        await using var session = await new PostgresConnector(Server).OpenPinnedAsync(cancellationToken);
        roles = await CreateRolesAsync(session, backup, cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<string> KeepAsync()
    {
        done = true;
        if (Database is { } database)
        {
            // Its comment would have the next drill drop it.
            await using var session = await new PostgresConnector(Server).OpenPinnedAsync(CancellationToken.None);
            await SqlQuery.ExecuteAsync(session, DatabaseStatements.Comment(database, "Kept by a recovery drill of mina-backup; drop it."), CancellationToken.None);
        }

        var steps = (Database is null ? [] : new[] { $"DROP DATABASE {SqlText.Identifier(Database)}" }).Concat(roles.Select(role => $"DROP ROLE {SqlText.Identifier(role)}"));
        return $"Kept. Remove it on {Server.Server}: {string.Join("; ", steps)}";
    }

    /// <inheritdoc/>
    public override async Task RemoveAsync()
    {
        await using var session = await new PostgresConnector(Server).OpenPinnedAsync(CancellationToken.None);
        if (Database is not null)
        {
            await DropSubscriptionsAsync(Database);
            await LeftoverCleaner.DropAsync(session, Database, CancellationToken.None);
        }

        foreach (var role in roles)
        {
            await SqlQuery.ExecuteAsync(session, $"DROP ROLE IF EXISTS {SqlText.Identifier(role)}", CancellationToken.None);
        }

        done = true;
    }

    // They keep a database from being dropped. Their slots are somebody else's, and stay.
    private async Task DropSubscriptionsAsync(string database)
    {
        await using var session = await new PostgresConnector(Server.WithDatabase(database)).OpenPinnedAsync(CancellationToken.None);
        const string Mine = "SELECT subname FROM pg_catalog.pg_subscription WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";
        foreach (var name in await SqlQuery.ReadAsync(session, Mine, row => row.GetString(0), CancellationToken.None))
        {
            await SqlQuery.ExecuteAsync(session, $"ALTER SUBSCRIPTION {SqlText.Identifier(name)} DISABLE", CancellationToken.None);
            await SqlQuery.ExecuteAsync(session, $"ALTER SUBSCRIPTION {SqlText.Identifier(name)} SET (slot_name = NONE)", CancellationToken.None);
            await SqlQuery.ExecuteAsync(session, $"DROP SUBSCRIPTION {SqlText.Identifier(name)}", CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (done)
        {
            return;
        }

        done = true;
        try
        {
            await RemoveAsync();
        }
        catch (Exception e) when (e is MinaException or NpgsqlException || PostgresErrors.IsServers(e))
        {
            context.Warning($"What the drill made on {Server.Server} could not be removed: {e.Message}");
        }
    }
}
