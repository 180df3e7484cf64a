using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Keeps ending the backends of some databases while something else is done.</summary>
internal sealed class BackendTerminator
{
    private readonly NpgsqlConnection session;
    private readonly string[] databases;
    private readonly TimeProvider clock;
    private readonly TimeSpan pause;
    private readonly ConcurrentDictionary<int, string> refused = new();

    public BackendTerminator(NpgsqlConnection session, string[] databases, TimeProvider clock, TimeSpan pause)
    {
        this.session = session;
        this.databases = databases;
        this.clock = clock;
        this.pause = pause;
    }

    /// <summary>Backends that this role may not end, as <c>user (pid n)</c>.</summary>
    public IReadOnlyList<string> Refused => [.. refused.Values.Order(StringComparer.Ordinal)];

    /// <summary>Why backends were no longer ended while the work went on; null when they were throughout.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>
    /// Does the work, ending backends until it has ended. The work's outcome is the outcome: that the other session broke meanwhile
    /// does not undo what the work has done, and is kept in <see cref="Failure"/>.
    /// </summary>
    public async Task RunDuringAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await EndAllAsync(cancellationToken);
        var ending = KeepEndingAsync(stop.Token);
        try
        {
            await work(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await ending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Failure = ending.Exception?.InnerException;
        }
    }

    private async Task KeepEndingAsync(CancellationToken stop)
    {
        // Statements here are short and run to their end, so that the session stays usable for the next attempt.
        while (!stop.IsCancellationRequested)
        {
            await EndAllAsync(CancellationToken.None);
            await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EndAllAsync(CancellationToken cancellationToken)
    {
        var backends = await TargetServer.QueryAsync(
            session,
            "SELECT pid, usename FROM pg_catalog.pg_stat_activity WHERE datname = ANY ($1) AND pid <> pg_catalog.pg_backend_pid()",
            row => (Pid: row.GetInt32(0), User: row.IsDBNull(1) ? "the server itself" : row.GetString(1)),
            cancellationToken,
            [databases]);
        foreach (var (pid, user) in backends.Where(backend => !refused.ContainsKey(backend.Pid)))
        {
            try
            {
                await TargetServer.QueryAsync(session, "SELECT pg_catalog.pg_terminate_backend($1)", row => row.GetBoolean(0), cancellationToken, pid);
            }
            catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                refused[pid] = string.Create(CultureInfo.InvariantCulture, $"{user} (pid {pid})");
            }
        }
    }
}
