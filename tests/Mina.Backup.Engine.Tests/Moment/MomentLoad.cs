using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Tests.Support;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Moment;

/// <summary>Writers that do what an application does: small transactions on several tables.</summary>
public sealed class MomentLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] writers;
    private long done;

    public MomentLoad(TestDatabase database) => writers = [.. Enumerable.Range(0, 2).Select(number => Task.Run(() => WriteAsync(database, number)))];

    public long Done => Interlocked.Read(ref done);

    /// <summary>Waits until so many more transactions were made.</summary>
    public async Task MoreAsync(int transactions)
    {
        for (var goal = Done + transactions; Done < goal;)
        {
            await Task.WhenAny(Task.WhenAll(writers), Task.Delay(10));
            if (writers.FirstOrDefault(writer => writer.IsFaulted) is { } failed)
            {
                await failed;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        stop.Dispose();
    }

    private async Task WriteAsync(TestDatabase database, int number)
    {
        var random = new Random(number);
        await using var connection = await new PostgresConnector(database.Target).OpenAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var command = new NpgsqlCommand(
                    $"""
                    BEGIN;
                    INSERT INTO users (name) VALUES ('new by {number}');
                    UPDATE users SET name = name || '.' WHERE id = {random.Next(1, 400)};
                    INSERT INTO parted VALUES ({random.Next(1000, int.MaxValue)}, '2026-07-07', 'new') ON CONFLICT DO NOTHING;
                    COMMIT;
                    """,
                    connection);
                await command.ExecuteNonQueryAsync();
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                await new NpgsqlCommand("ROLLBACK", connection).ExecuteNonQueryAsync();
            }

            Interlocked.Increment(ref done);
        }
    }
}
