using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Puts a proven copy into the live database's place. One session renames both databases in one transaction; a rename holds the lock
/// that new logins wait for, and waits up to five seconds for others to be gone. Meanwhile another session keeps ending the
/// backends of both. Clients that reconnect in a loop therefore cannot win. ALLOW_CONNECTIONS is never changed to keep them out: a run
/// killed here would leave a database that nobody can enter. A live database that was closed before is closed again by the same transaction.
/// </summary>
internal sealed class DatabaseSwap
{
    private const int Attempts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly TargetServer server;
    private readonly TimeProvider clock;

    public DatabaseSwap(TargetServer server, TimeProvider clock)
    {
        this.server = server;
        this.clock = clock;
    }

    /// <summary>Renames the live database aside, if there is one, and the copy into its place.</summary>
    /// <param name="names">Names of the databases.</param>
    /// <param name="liveExists">Whether a live database holds the target's name.</param>
    /// <param name="closed">Whether the database lets no client in when it is in place, as the live one did not.</param>
    /// <param name="comment">Comment that the database gets in place of the copy's marker.</param>
    /// <param name="isTemplate">Whether the database is to be a template, which the copy could not be, as it could not be dropped then.</param>
    /// <param name="cancellationToken">Ends it; either both renames are done or none.</param>
    /// <exception cref="RestoreException"><c>SwapFailed</c>: both databases are as they were, or the message says that it is not known.</exception>
    public async Task RunAsync(RestoreNames names, bool liveExists, bool closed, string? comment, bool isTemplate, CancellationToken cancellationToken)
    {
        await using var renaming = await server.OpenMaintenanceAsync(names.Target, cancellationToken);
        // Whoever copies the database or alters it holds the same lock; that must not stall a restore for ever.
        await TargetServer.ExecuteAsync(renaming, "SET lock_timeout = '10s'", cancellationToken);
        string[] databases = liveExists ? [names.Target, names.Copy] : [names.Copy];
        for (var attempt = 1; ; attempt++)
        {
            await using var ending = await server.OpenMaintenanceAsync(names.Target, cancellationToken);
            var terminator = new BackendTerminator(ending, databases, clock, Pause);
            try
            {
                await terminator.RunDuringAsync(token => RenameAsync(renaming, names, liveExists, closed, comment, isTemplate, token), cancellationToken);
                return;
            }
            catch (PostgresException problem) when (problem.SqlState is PostgresErrorCodes.ObjectInUse or PostgresErrorCodes.LockNotAvailable)
            {
                if (attempt == Attempts)
                {
                    throw Failed(names, problem, terminator);
                }
            }
            catch (PostgresException problem) when (problem.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.InvalidCatalogName)
            {
                throw Failed(names, problem, terminator);
            }
        }
    }

    private async Task RenameAsync(NpgsqlConnection session, RestoreNames names, bool liveExists, bool closed, string? comment, bool isTemplate, CancellationToken cancellationToken)
    {
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        if (liveExists)
        {
            await TargetServer.ExecuteAsync(session, Rename(names.Target, names.Aside), cancellationToken);
        }

        await TargetServer.ExecuteAsync(session, Rename(names.Copy, names.Target), cancellationToken);
        await TargetServer.ExecuteAsync(session, DatabaseStatements.Comment(names.Target, comment), cancellationToken);
        if (closed)
        {
            await TargetServer.ExecuteAsync(session, $"ALTER DATABASE {SqlText.Identifier(names.Target)} WITH ALLOW_CONNECTIONS false", cancellationToken);
        }

        if (isTemplate)
        {
            await TargetServer.ExecuteAsync(session, DatabaseStatements.Template(names.Target, isTemplate: true), cancellationToken);
        }

        var identity = await TransactionIdentity.ReadAsync(session, cancellationToken);
        try
        {
            // From here on the outcome is the server's; a cancellation that arrives now must not leave it unknown.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception problem) when (problem is NpgsqlException or IOException)
        {
            switch (await new CommitInquiry(server, clock).WasCommittedAsync(identity, names.Target))
            {
                case true:
                    return;
                case false:
                    throw Failed(names, $"the server did not commit: {problem.Message}", problem, action: null);
                default:
                    throw Failed(
                        names,
                        $"the connection broke while the server committed, and it cannot be asked for the outcome: {problem.Message}",
                        problem,
                        $"Look for the database {names.Copy}: where it is gone, it bears the name {names.Target} now, and the restore has succeeded.");
            }
        }
    }

    private static string Rename(string from, string to) =>
        $"ALTER DATABASE {SqlText.Identifier(from)} RENAME TO {SqlText.Identifier(to)}";

    private static RestoreException Failed(RestoreNames names, PostgresException problem, BackendTerminator terminator)
    {
        var refused = terminator.Refused.Count > 0
            ? $"Sessions that this role may not end hold it: {string.Join(", ", terminator.Refused)}. End them, or connect as a role with pg_signal_backend; then run the command again, or rename both databases yourself. -InPlace needs no such right."
            : null;
        var ending = terminator.Failure is { } failure ? $"; sessions could not be ended: {failure.Message}" : "";
        return Failed(names, problem.MessageText + ending, problem, refused);
    }

    private static RestoreException Failed(RestoreNames names, string why, Exception problem, string? action) => new(
        ErrorCatalog.SwapFailed,
        $"The proven copy could not take the place of {names.Target}: {why.TrimEnd('.')}.",
        new ErrorContext
        {
            Target = names.Target,
            Action = action,
            SqlState = (problem as PostgresException)?.SqlState,
            ServerDetail = (problem as PostgresException)?.Detail,
            ServerHint = (problem as PostgresException)?.Hint,
        },
        problem);
}
