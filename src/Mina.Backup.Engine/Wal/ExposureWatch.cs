using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Watches for how long commits wait for the archive. A snapshot of the server's transactions differs from the one before exactly when a transaction
/// that wrote has ended; log alone tells nothing, as checkpoints and snapshots of an idle server write some too, and a switch for each would go on for ever.
/// </summary>
internal sealed class ExposureWatch : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);
    private readonly PostgresConnector connector;
    private readonly TimeProvider clock;
    private readonly Queue<(long Since, Lsn End)> waiting = [];
    private NpgsqlConnection? connection;
    private string? snapshot;
    private long snapshotAt;
    private MinaException? failure;
    private long failedAt;
    private MinaException? denied;
    private Lsn switchedAt;

    public ExposureWatch(PostgresConnector connector, TimeProvider clock)
    {
        this.connector = connector;
        this.clock = clock;
    }

    /// <summary>Age of the oldest commit that the archive does not have; null without one.</summary>
    public TimeSpan? Oldest => waiting.TryPeek(out var first) ? clock.GetElapsedTime(first.Since) : null;

    /// <summary>What a receiver had flushed at the last look; null without one.</summary>
    public Lsn? Received { get; private set; }

    /// <summary>Looks at the server.</summary>
    /// <param name="slot">Slot of the receiver that fills the spool; null without one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MinaException">It cannot be asked; the same is thrown for a while before it is asked again.</exception>
    public async Task LookAsync(string? slot, CancellationToken cancellationToken)
    {
        Received = null;
        if (failure is not null && clock.GetElapsedTime(failedAt) < RetryAfter)
        {
            throw failure;
        }

        const string Sql = """
            SELECT pg_catalog.txid_current_snapshot()::text, pg_catalog.pg_current_wal_insert_lsn()::text, pg_catalog.current_setting('wal_block_size')::int,
                   (SELECT r.flush_lsn::text FROM pg_catalog.pg_stat_replication r JOIN pg_catalog.pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = $1)
            WHERE NOT pg_catalog.pg_is_in_recovery()
            """;
        await WithServerAsync("watching its commits", Sql, async command =>
        {
            command.Parameters.AddWithValue(slot ?? "");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                Note(reader.GetString(0), ServerWal.EndOfRecord(Lsn.Parse(reader.GetString(1)), (ulong)reader.GetInt32(2)));
                Received = reader.IsDBNull(3) ? null : Lsn.Parse(reader.GetString(3));
            }
        }, cancellationToken);
    }

    /// <summary>Takes note of how far the archive reaches.</summary>
    /// <returns>The longest time that a commit which is in it now had waited; null when there was none.</returns>
    public TimeSpan? Archived(Lsn? end)
    {
        TimeSpan? longest = null;
        while (end is { } reached && waiting.TryPeek(out var first) && first.End <= reached)
        {
            var waited = clock.GetElapsedTime(first.Since);
            longest = longest is { } other && other > waited ? other : waited;
            waiting.Dequeue();
        }

        return longest;
    }

    /// <summary>Asks the server to end its segment, unless it was asked already and nothing was committed since.</summary>
    /// <returns>Whether it was asked.</returns>
    /// <exception cref="MinaException">It cannot be asked, or this role may not.</exception>
    public async Task<bool> SwitchAsync(CancellationToken cancellationToken)
    {
        if (waiting.Count == 0 || waiting.Peek().End <= switchedAt)
        {
            return false;
        }

        if (denied is not null)
        {
            throw denied;
        }

        try
        {
            // A transaction of its own: a commit in the same one would land in the next segment.
            await WithServerAsync("asking it to end its segment", "SELECT pg_catalog.pg_switch_wal()::text", async command =>
                switchedAt = Lsn.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!), cancellationToken);
            return true;
        }
        catch (MinaException e) when (ReferenceEquals(e.Definition, ErrorCatalog.PermissionDenied))
        {
            // Asking again would change nothing, and watching goes on.
            denied = e;
            failure = null;
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    private void Note(string now, Lsn end)
    {
        var at = clock.GetTimestamp();
        if (now != snapshot)
        {
            // It was committed at some time since the look before; what was there at the first look counts from then on.
            waiting.Enqueue((snapshot is null ? at : snapshotAt, end));
        }

        snapshot = now;
        snapshotAt = at;
    }

    private async Task WithServerAsync(string doing, string sql, Func<NpgsqlCommand, Task> use, CancellationToken cancellationToken)
    {
        try
        {
            connection ??= await connector.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(sql, connection);
            await use(command);
            failure = null;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or MinaException)
        {
            failedAt = clock.GetTimestamp();
            if (connection is not null)
            {
                await connection.DisposeAsync();
                connection = null;
            }

            failure = PostgresErrors.Translate(e, doing, connector.Target.ToString());
            throw failure;
        }
    }
}
