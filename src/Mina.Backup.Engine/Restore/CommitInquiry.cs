using System.Net.Sockets;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Finds out whether a transaction was committed whose COMMIT got no answer: the connection may break after the server has done what was asked.
/// Success must not be told as failure then, nor the other way round.
/// </summary>
internal sealed class CommitInquiry
{
    // Long enough for a server that restarts by itself, short enough for someone who waits; not cancelable, as the answer is worth more than the wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly TargetServer server;
    private readonly TimeProvider clock;

    public CommitInquiry(TargetServer server, TimeProvider clock)
    {
        this.server = server;
        this.clock = clock;
    }

    /// <summary>Whether it was committed; null when the server cannot be asked.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="target">Database that the asking session must not be in.</param>
    public async Task<bool?> WasCommittedAsync(TransactionIdentity transaction, string target)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await using var session = await server.OpenMaintenanceAsync(target, CancellationToken.None);
                if (await AskAsync(session, transaction, started) is { } committed)
                {
                    return committed;
                }
            }
            catch (Exception problem) when (problem is MinaException or NpgsqlException or IOException or SocketException)
            {
                // Not there yet, or again gone; asked once more below.
            }

            if (clock.GetElapsedTime(started) >= Patience)
            {
                return null;
            }

            await Task.Delay(Pause, clock, CancellationToken.None);
        }
    }

    // A backend that lives on may still commit: it is ended first, and only what is over can be judged.
    private async Task<bool?> AskAsync(NpgsqlConnection session, TransactionIdentity transaction, long started)
    {
        while ((await TargetServer.QueryAsync(
            session,
            $"SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND {TransactionIdentity.StartText} = $2",
            row => row.GetBoolean(0),
            CancellationToken.None,
            transaction.ProcessId,
            transaction.BackendStart)).Count > 0)
        {
            if (clock.GetElapsedTime(started) >= Patience)
            {
                return null;
            }

            await Task.Delay(Pause, clock, CancellationToken.None);
        }

        try
        {
            return (await TargetServer.QueryAsync(
                session,
                "SELECT pg_catalog.txid_status($1) = 'committed'",
                row => row.GetBoolean(0),
                CancellationToken.None,
                transaction.TransactionId))[0];
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // An id of the future: the server has crashed and never wrote down that the transaction existed.
            return false;
        }
    }
}
