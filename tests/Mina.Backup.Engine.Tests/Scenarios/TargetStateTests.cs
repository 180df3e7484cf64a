using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class TargetStateTests(ScenarioFixture fixture) : Scenario(fixture)
{
    [Fact]
    public async Task A_target_that_is_missing_is_created_with_the_original_properties()
    {
        var backup = await PrepareAsync();
        await Server.SqlAsync("postgres", "DROP DATABASE live");
        var restored = await RestoreAsync(backup.Name, "live");
        Assert.Equal(RestoreMethod.Created, restored.Method);
        Assert.Null(restored.SafetyBackup);
        Assert.Equal("12000", await Server.SqlAsync("live", "SELECT count(*) FROM segments"));
    }

    [Fact]
    public async Task No_target_given()
    {
        var backup = await PrepareAsync();
        await FailsAsync(ErrorCatalog.TargetNotGiven, () => RestoreAsync(backup.Name, "live", request => request with { Database = null }));
    }

    [Fact]
    public async Task A_target_server_that_does_not_answer_or_refuses_the_password()
    {
        var backup = await PrepareAsync();
        await FailsAsync(ErrorCatalog.ServerUnreachable, () => RestoreAsync(backup.Name, "live", request => request with { Database = "postgresql://postgres@127.0.0.1:1/postgres" }));
        await FailsAsync(ErrorCatalog.AuthenticationFailed, () => RestoreAsync(backup.Name, "live", request => request with { Database = Server.LoopbackUri("postgres", password: "wrong") }));
        await FailsAsync(ErrorCatalog.PoolerNotSupported, () => RestoreAsync(backup.Name, "live", request => request with { Database = "postgresql://u:p@db-x-pooler.eu-central-1.example.com/db" }));
    }

    [Fact]
    public async Task Clients_that_reconnect_in_a_loop_do_not_stop_the_swap()
    {
        var backup = await PrepareAsync();
        await Server.SqlAsync("live", "DELETE FROM segments");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var clients = Enumerable.Range(0, 6).Select(_ => Task.Run(() => ReconnectAsync(stop.Token), Cancel)).ToArray();

        var restored = await RestoreAsync(backup.Name, "live");
        await Task.Delay(200, Cancel);
        await stop.CancelAsync();
        var served = await Task.WhenAll(clients);

        Assert.Equal(RestoreMethod.Swapped, restored.Method);
        Assert.Equal("12000", await Server.SqlAsync("live", "SELECT count(*) FROM segments"));
        Assert.All(served, count => Assert.True(count > 0));
        Assert.Equal("t", await Server.SqlAsync("postgres", "SELECT bool_and(datallowconn) FROM pg_database WHERE datname <> 'template0'"));
    }

    [Fact]
    public async Task A_client_idle_in_a_transaction_does_not_stop_the_swap()
    {
        var backup = await PrepareAsync();
        await using var client = new NpgsqlConnection(Server.ConnectionString("live"));
        await client.OpenAsync(Cancel);
        await using var lockAll = new NpgsqlCommand("BEGIN; LOCK TABLE segments IN ACCESS SHARE MODE; INSERT INTO users (email) VALUES ('lost')", client);
        await lockAll.ExecuteNonQueryAsync(Cancel);
        var restored = await RestoreAsync(backup.Name, "live");
        Assert.Equal(RestoreMethod.Swapped, restored.Method);
    }

    [Fact]
    public async Task A_prepared_transaction_is_named_and_refused()
    {
        var backup = await PrepareAsync();
        await Server.SqlAsync("live", "BEGIN; INSERT INTO users (email) VALUES ('prepared'); PREPARE TRANSACTION 'the prepared one'");
        try
        {
            await RefusedAsync(backup, ErrorCatalog.TargetHasPreparedTransactions, "the prepared one");
        }
        finally
        {
            await Server.SqlAsync("live", "ROLLBACK PREPARED 'the prepared one'");
        }
    }

    [Fact]
    public async Task A_logical_slot_is_named_and_refused_unless_forced()
    {
        var backup = await PrepareAsync();
        await Server.SqlAsync("live", "SELECT pg_create_logical_replication_slot('the_slot', 'test_decoding')");
        await RefusedAsync(backup, ErrorCatalog.TargetHasLogicalSlots, "the_slot");
        var restored = await RestoreAsync(backup.Name, "live", request => request with { Force = true, SkipSafetyBackup = true });
        Assert.Equal(RestoreMethod.Swapped, restored.Method);
        Assert.Contains(restored.Notes, note => note.Contains("the_slot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subscription_is_named_and_refused()
    {
        var backup = await PrepareAsync();
        await Server.SqlAsync("live", "CREATE SUBSCRIPTION \"the subscription\" CONNECTION 'host=nowhere.invalid dbname=x password=subscription-secret' PUBLICATION p WITH (connect = false, slot_name = NONE)");
        try
        {
            var error = await RefusedAsync(backup, ErrorCatalog.TargetHasSubscriptions, "the subscription");
            Assert.DoesNotContain("subscription-secret", error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            await Server.SqlAsync("live", "DROP SUBSCRIPTION \"the subscription\"");
        }
    }

    [Fact]
    public async Task A_role_that_may_not_create_databases_is_told_about_InPlace_which_works()
    {
        await Server.SqlAsync("postgres", "CREATE ROLE modest LOGIN");
        await Server.SqlAsync("postgres", "CREATE DATABASE live TEMPLATE template0 OWNER modest");
        var modest = Server.Uri("live", "modest");
        var environment = new Dictionary<string, string>(Server.ClientEnvironment("live")) { ["PGUSER"] = "modest" };
        await Programs.RunAsync("psql", ["-Xq", "-c", "ALTER SCHEMA public OWNER TO modest"], Server.ClientEnvironment("live"));
        await Programs.RunAsync("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-f", Path.Combine(AppContext.BaseDirectory, "Schemas", "sample.sql")], environment);
        try
        {
            var backup = await Engine.BackupAsync(BackupOf(modest), new RecordingObserver(), Cancel);
            var before = await DumpText.StateAsync(Server, "live");
            var error = await FailsAsync(ErrorCatalog.TargetNotCreatable, () => RestoreAsync(backup.Name, "live", request => request with { Database = modest }));
            Assert.Contains("InPlace", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Equal(before, await DumpText.StateAsync(Server, "live"));

            await Server.SqlAsync("live", "DELETE FROM segments");
            var restored = await RestoreAsync(backup.Name, "live", request => request with { Database = modest, InPlace = true });
            Assert.Equal(RestoreMethod.InPlace, restored.Method);
            Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        }
        finally
        {
            await Server.DropAllAsync();
            await Server.SqlAsync("postgres", "DROP ROLE modest");
        }
    }

    [Fact]
    public async Task A_script_that_fails_on_the_server_leaves_the_live_database_as_it_was()
    {
        await Server.CreateAsync("live", "sample.sql");
        var before = await DumpText.StateAsync(Server, "live");
        Directory.CreateDirectory(Place);
        await Programs.ShellAsync($"pg_dump | sed 's/^CREATE VIEW public.busy_users AS/CREATE VIEW public.other AS SELECT 1 FROM no_such_table; &/' | gzip > '{Place}/mina_db_backup_20240101_000000.sql.gz'", Server.ClientEnvironment("live"));

        foreach (var inPlace in new[] { false, true })
        {
            var error = await FailsAsync(ErrorCatalog.ScriptFailed, () => RestoreAsync("mina_db_backup_20240101_000000", "live", request => request with { InPlace = inPlace, SkipSafetyBackup = true }));
            Assert.Contains("no_such_table", error.Message + error.ServerDetail, StringComparison.Ordinal);
            Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
            Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_canceled_run_leaves_nothing_behind(bool restore)
    {
        var backup = await PrepareAsync();
        var before = await DumpText.StateAsync(Server, "live");
        var files = FilesInPlace();
        var rehearsal = new RecordingObserver();
        await RunAsync(backup, restore, rehearsal, Cancel);
        await Server.DropAllAsync();
        await Server.CreateAsync("live", "sample.sql");
        foreach (var stage in rehearsal.Stages)
        {
            foreach (var file in FilesInPlace().Except(files))
            {
                File.Delete(Path.Combine(Place, file));
            }

            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var observer = new RecordingObserver { StageBegins = begun => { if (begun == stage) { cancel.Cancel(); } } };
            try
            {
                await RunAsync(backup, restore, observer, cancel.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(files, FilesInPlace());
                Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
                Assert.True(observer.Completed, $"{stage}: progress was never completed.");
            }

            Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
            foreach (var aside in (await Server.DatabasesAsync()).Except(["live", "postgres", "template0", "template1"]))
            {
                await Server.SqlAsync("postgres", $"DROP DATABASE \"{aside}\" WITH (FORCE)");
            }
        }
    }

    private async Task RunAsync(BackupResult backup, bool restore, RecordingObserver observer, CancellationToken cancel)
    {
        if (restore)
        {
            await Engine.RestoreAsync(
                new() { Backup = new(backup.Name, Place), Keys = Keys, Database = Server.Uri("postgres"), TargetDatabase = "live", SkipSafetyBackup = true }, observer, cancel);
        }
        else
        {
            await Engine.BackupAsync(BackupOf(Server.Uri("live")), observer, cancel);
        }
    }

    private async Task<MinaException> RefusedAsync(BackupResult backup, ErrorDefinition expected, string named)
    {
        var before = await DumpText.StateAsync(Server, "live");
        var error = await FailsAsync(expected, () => RestoreAsync(backup.Name, "live"));
        Assert.Contains(named, error.Message + error.ServerDetail, StringComparison.Ordinal);
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
        return error;
    }

    private async Task<BackupResult> PrepareAsync()
    {
        await Server.CreateAsync("live", "sample.sql");
        return await BackupAsync("live");
    }

    private async Task<int> ReconnectAsync(CancellationToken stop)
    {
        var served = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Server.ConnectionString("live"));
                await connection.OpenAsync(Cancel);
                await using var query = new NpgsqlCommand("SELECT count(*) FROM users", connection);
                await query.ExecuteScalarAsync(Cancel);
                served++;
            }
            catch (NpgsqlException)
            {
                // Being thrown out is what such a client lives with; it comes back at once.
                continue;
            }
        }

        return served;
    }
}
