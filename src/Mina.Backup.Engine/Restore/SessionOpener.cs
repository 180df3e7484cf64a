using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Opens sessions that read and print rows as the dumping session did: pinned settings, and those recorded with the backup that
/// cannot be pinned, such as <c>lc_monetary</c>.
/// </summary>
internal sealed class SessionOpener
{
    private readonly TargetServer server;
    private readonly IReadOnlyList<string> statements;

    private SessionOpener(TargetServer server, IReadOnlyList<string> statements)
    {
        this.server = server;
        this.statements = statements;
    }

    /// <summary>Statements that set what the backup recorded.</summary>
    public IReadOnlyList<string> Statements => statements;

    /// <summary>Finds out which recorded settings this server accepts: a locale may be missing here. What it refuses is returned as a note.</summary>
    public static async Task<(SessionOpener Opener, IReadOnlyList<string> Notes)> CreateAsync(
        TargetServer server,
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

        return (new SessionOpener(server, accepted), notes);
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
}
