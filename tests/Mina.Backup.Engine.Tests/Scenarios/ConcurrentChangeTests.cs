using System.Globalization;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class ConcurrentChangeTests(ScenarioFixture fixture) : Scenario(fixture)
{
    [Fact]
    public async Task Pairs_written_during_the_backup_are_whole_in_the_copy()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("live", "CREATE TABLE debit (id int PRIMARY KEY, amount int); CREATE TABLE zz_credit (id int PRIMARY KEY, amount int);" + Filler(20000));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writer = WritePairsAsync(stop.Token);
        await WaitForRowsAsync();

        var backup = await BackupAsync("live");
        await stop.CancelAsync();
        var written = await writer;
        await RestoreAsync(backup.Name, "copy");

        var restored = long.Parse(await Server.SqlAsync("copy", "SELECT count(*) FROM debit"), CultureInfo.InvariantCulture);
        Assert.InRange(restored, 1, written - 1);
        Assert.Equal("0", await Server.SqlAsync("copy", "SELECT count(*) FROM debit d FULL JOIN zz_credit c USING (id) WHERE d.amount IS DISTINCT FROM c.amount"));
        Assert.Equal(restored.ToString(CultureInfo.InvariantCulture), await Server.SqlAsync("copy", "SELECT max(id) FROM zz_credit"));
    }

    [Fact]
    public async Task Objects_created_replaced_and_dropped_throughout_a_slow_backup_do_no_harm()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("live", Filler(40000) + ";" + string.Join(';', Enumerable.Range(0, 60).Select(Objects)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var observer = new RecordingObserver();
        Task? churn = null;
        observer.StageBegins = _ => churn ??= Task.Run(() => ChurnAsync(stop.Token), Cancel);

        var backup = await BackupAsync("live", observer: observer);
        await stop.CancelAsync();
        await (churn ?? throw new InvalidOperationException("The backup told of no stage."));
        var restored = await RestoreAsync(backup.Name, "copy");

        Assert.Equal(CheckOutcome.Passed, backup.Verification?.Outcome);
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        Assert.Equal("40000", await Server.SqlAsync("copy", "SELECT count(*) FROM filler"));
    }

    [Fact]
    public async Task A_view_dropped_as_soon_as_the_dump_writes_does_no_harm()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("live", Filler(30000) + "; CREATE VIEW doomed AS SELECT * FROM users; CREATE INDEX doomed_index ON sessions (title); CREATE MATERIALIZED VIEW zz_doomed AS SELECT 1 AS x");
        var observed = DropWhenWritingAsync();

        var backup = await BackupAsync("live");
        await observed;
        await RestoreAsync(backup.Name, "copy");

        Assert.Equal("f", await Server.SqlAsync("live", "SELECT EXISTS (SELECT FROM pg_views WHERE viewname = 'doomed')"));
        Assert.Equal("200", await Server.SqlAsync("copy", "SELECT count(*) FROM doomed"));
    }

    private static string Filler(int rows) =>
        $"CREATE TABLE filler AS SELECT g AS id, (SELECT string_agg(md5((g * 100 + i)::text), '') FROM generate_series(1, 60) i) AS t FROM generate_series(1, {rows}) g";

    private static string Objects(int number) =>
        $"CREATE OR REPLACE VIEW v{number} AS SELECT {number} AS x; CREATE OR REPLACE FUNCTION f{number}() RETURNS int LANGUAGE sql AS 'SELECT {number}'; CREATE INDEX IF NOT EXISTS i{number} ON users ((id + {number}))";

    private async Task<int> WritePairsAsync(CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString("live"));
        await connection.OpenAsync(Cancel);
        var id = 0;
        while (!stop.IsCancellationRequested)
        {
            id++;
            await using var batch = new NpgsqlCommand($"BEGIN; INSERT INTO debit VALUES ({id}, {id * 3}); INSERT INTO zz_credit VALUES ({id}, {id * 3}); COMMIT", connection);
            await batch.ExecuteNonQueryAsync(Cancel);
        }

        return id;
    }

    private Task WaitForRowsAsync() => Eventually.TrueAsync(
        async () => await Server.SqlAsync("live", "SELECT count(*) >= 10 FROM debit") == "t", "ten rows");

    private async Task ChurnAsync(CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString("live"));
        await connection.OpenAsync(Cancel);
        for (var number = 0; !stop.IsCancellationRequested; number = (number + 1) % 60)
        {
            foreach (var sql in new[] { $"DROP VIEW IF EXISTS v{number}", $"DROP FUNCTION IF EXISTS f{number}()", $"DROP INDEX IF EXISTS i{number}", Objects(number) })
            {
                await TryAsync(connection, "SET lock_timeout = '20ms';" + sql);
            }
        }
    }

    private static async Task TryAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
            await using var change = new NpgsqlCommand(sql, connection);
            await change.ExecuteNonQueryAsync(Cancel);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // The dump holds what it has read until its end; whoever does not wait takes the next object.
            return;
        }
    }

    private async Task DropWhenWritingAsync()
    {
        await Eventually.TrueAsync(
            () => Directory.Exists(Place) && Directory.EnumerateFiles(Place, "*.partial").Any(file => new FileInfo(file).Length > 0),
            "the backup's first bytes",
            TimeSpan.FromMilliseconds(2));
        await Server.SqlAsync("live", "DROP VIEW doomed");
    }
}
