using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Opens sessions that read and print rows as the dumping session did: pinned settings, and those recorded with the backup that
/// cannot be pinned, such as <c>lc_monetary</c>.
/// </summary>
internal sealed class SessionOpener
{
    // Compressing long values is a quarter of a load; lz4 does it in a tenth of the time. Whoever chose a method keeps it, for the server or for a column.
    private const string FastToast = """
        SELECT pg_catalog.set_config('default_toast_compression', 'lz4', false) FROM pg_catalog.pg_settings
        WHERE name = 'default_toast_compression' AND source = 'default' AND 'lz4' = ANY (enumvals)
        """;

    private readonly TargetServer server;
    private readonly Libpq libpq;
    private readonly IReadOnlyList<string> statements;

    private SessionOpener(TargetServer server, Libpq libpq, IReadOnlyList<string> statements)
    {
        this.server = server;
        this.libpq = libpq;
        this.statements = statements;
    }

    /// <summary>Statements that set what the backup recorded.</summary>
    public IReadOnlyList<string> Statements => statements;

    /// <summary>Finds out which recorded settings this server accepts: a locale may be missing here. What it refuses is returned as a note.</summary>
    public static async Task<(SessionOpener Opener, IReadOnlyList<string> Notes)> CreateAsync(
        TargetServer server,
        ClientTool psql,
        NpgsqlConnection session,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken)
    {
        var accepted = new List<string>();
        var notes = new List<string>();
        foreach (var (name, value) in settings.Where(setting => setting.Key is not ("client_encoding" or "server_encoding")))
        {
            var statement = $"SET {string.Join('.', name.Split('.').Select(SqlText.Identifier))} TO {SqlText.Literal(value)}";
            try
            {
                await TargetServer.ExecuteAsync(session, statement, cancellationToken);
                accepted.Add(statement);
            }
            catch (PostgresException problem) when (problem.SqlState[..2] == "22" || problem.SqlState is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.CantChangeRuntimeParam)
            {
                notes.Add($"This server does not know {name} = {value}, which the backup was made under: {problem.MessageText}.");
            }
        }

        return (new SessionOpener(server, Libpq.Load(psql), accepted), notes);
    }

    /// <summary>Opens a session to a database.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var session = await server.OpenAsync(database, cancellationToken);
        try
        {
            foreach (var statement in statements)
            {
                await TargetServer.ExecuteAsync(session, statement, cancellationToken);
            }

            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a session of libpq to a database, for many rows.</summary>
    public Task<LibpqSession> OpenForCopyAsync(string database, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var session = LibpqSession.Connect(libpq, server.To(database));
            try
            {
                var pinned = PinnedSettings.ForServer(session.ServerMajor).Select(setting => $"SET {setting.Key} = {SqlText.Literal(setting.Value)}");
                session.Execute(string.Join(';', [.. pinned, "SET default_transaction_read_only = off", .. statements, FastToast]));
                return session;
            }
            catch
            {
                session.Dispose();
                throw;
            }
        },
        cancellationToken);
}
