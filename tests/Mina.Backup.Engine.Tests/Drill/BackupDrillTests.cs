using Mina.Backup.Engine.Drill.Checks;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Restore;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Drill;

public sealed class BackupDrillTests(ClusterFixture clusters)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("päss")]
    public async Task A_sound_backup_passes_every_step_and_leaves_nothing(string? passphrase)
    {
        await using var scene = await DrillScene.CreateAsync(clusters, passphrase);
        var backup = await scene.BackUpAsync();

        var result = await scene.DrillAsync();

        Assert.True(result.Verdict == DrillVerdict.Passed, DrillScene.Describe(result));
        Assert.Equal((backup.Name, DrillType.Backup, "ephemeral cluster", scene.Source.Name), (result.Backup, result.Type, result.Environment.Staging, result.Database));
        Assert.DoesNotContain(result.Steps, step => step.Outcome is not DrillStepOutcome.Passed);
        Assert.Equal(3300, result.Tables.Sum(table => table.ActualRows));
        Assert.True(result.RecoveryTime.IsMet);
        Assert.True(result.RecoveryPoint.IsMet);
        Assert.Matches("^drill-[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$", result.Id);
        Assert.Equal(result, Assert.Single(scene.Recorded));
        Assert.Empty(scene.Left);
    }

    [Fact]
    public async Task A_backup_that_was_never_verified_is_read_in_full_and_one_on_a_staging_server_leaves_nothing_there()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync(request => request with { SkipVerification = true, SkipGlobals = true });
        await scene.StartStagingAsync();

        var result = await scene.DrillAsync();

        Assert.True(result.Verdict == DrillVerdict.Passed, DrillScene.Describe(result));
        Assert.Contains("were decrypted and agree with everything recorded", Step(result, DrillStepKind.Verify).Detail, StringComparison.Ordinal);
        Assert.Contains("a lock taken on the one does not show on the other", Step(result, DrillStepKind.Staging).Detail, StringComparison.Ordinal);
        Assert.Empty(await scene.LeftOnStagingAsync());
    }

    [Fact]
    public async Task A_dump_of_the_former_scripts_is_counted_which_proves_nothing_of_its_rows()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await ScriptDump.WriteAsync(scene.Source.Target, scene.Machine.BackupDirectory);

        var result = await scene.DrillAsync(request => request with { Within = TimeSpan.FromDays(36500) });

        Assert.True(result.Steps.All(step => step.Outcome is not DrillStepOutcome.Failed), DrillScene.Describe(result));
        Assert.Equal((DrillVerdict.Inconclusive, DrillStepOutcome.Inconclusive), (result.Verdict, Step(result, DrillStepKind.Rows).Outcome));
        Assert.Contains("by number alone", Step(result, DrillStepKind.Rows).Detail, StringComparison.Ordinal);
        Assert.All(result.Tables, table => Assert.Equal(CheckOutcome.Passed, table.Outcome));
        Assert.Equal(DrillStepOutcome.Skipped, Step(result, DrillStepKind.Schema).Outcome);
        // Nothing says whether the source had the constraint and the index that are not valid.
        Assert.Equal((DrillStepOutcome.Inconclusive, DrillStepOutcome.Inconclusive), (Step(result, DrillStepKind.Indexes).Outcome, Step(result, DrillStepKind.Constraints).Outcome));
    }

    [Fact]
    public async Task Without_a_backup_nothing_is_proven()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);

        var result = await scene.DrillAsync();

        Assert.Equal(DrillVerdict.Inconclusive, result.Verdict);
        Assert.Equal((DrillStepKind.Selection, "BackupNotFound"), (Assert.Single(result.Steps).Step, result.Steps[0].ErrorId));
        await Assert.ThrowsAsync<CatalogException>(() => scene.DrillAsync(request => request with { Backup = new BackupReference("mina_db_backup_20200101_000000") }));
    }

    [Fact]
    public async Task Without_or_with_a_wrong_passphrase()
    {
        await using var scene = await DrillScene.CreateAsync(clusters, "päss");
        await scene.BackUpAsync();

        scene.Machine.Set("GPG_BACKUP_PASSPHRASE", "another");
        var wrong = await scene.DrillAsync();
        scene.Machine.Set("GPG_BACKUP_PASSPHRASE", null);
        var missing = await scene.DrillAsync();

        Assert.Equal((DrillVerdict.Failed, "PassphraseWrong"), (wrong.Verdict, Step(wrong, DrillStepKind.Verify).ErrorId));
        Assert.Equal((DrillVerdict.Inconclusive, "PassphraseMissing"), (missing.Verdict, Step(missing, DrillStepKind.Verify).ErrorId));
        Assert.Empty(scene.Left);
    }

    [Fact]
    public async Task Smoke_tests_fail_with_their_text()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        SmokeTest Sql(string name, string text) => SqlSmokeTest.Create(name, text, scene.Environment);

        var result = await scene.DrillAsync(request => request with
        {
            SmokeTests =
            [
                Sql("good", "SET search_path = shop; SELECT count(*) = 500 FROM users; DO $$ BEGIN PERFORM 1; END $$;\n-- the end\n"),
                Sql("false", "SELECT true; SELECT count(*) > 500 FROM shop.users; SELECT id FROM shop.users WHERE id < 0"),
                Sql("refused", "SELECT * FROM nobody"),
                Sql("unknown", "SELECT sum(n) > 0 FROM (SELECT 1 AS n WHERE false) s"),
                Sql("empty", " -- nothing\n"),
                new SmokeTest("delegate", (uri, _) => Task.FromResult<IReadOnlyList<string>>(uri.Contains("drill_", StringComparison.Ordinal) ? [] : ["Not that database."])),
                new SmokeTest("throws", (_, _) => throw new InvalidOperationException("no such thing")),
            ],
        });

        Assert.Equal(DrillVerdict.Failed, result.Verdict);
        var tests = result.Steps.Where(step => step.Step == DrillStepKind.SmokeTest).ToDictionary(step => step.Name!, step => step);
        Assert.Equal(["delegate", "good"], tests.Values.Where(step => step.Outcome == DrillStepOutcome.Passed).Select(step => step.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["false: SELECT count(*) > 500 FROM shop.users;", "no rows: SELECT id FROM shop.users WHERE id < 0"], tests["false"].Differences);
        Assert.Contains("42P01", tests["refused"].Detail, StringComparison.Ordinal);
        Assert.StartsWith("NULL instead of true", tests["unknown"].Detail, StringComparison.Ordinal);
        Assert.Equal("no such thing", tests["throws"].Detail);
        Assert.Equal(DrillStepOutcome.Failed, tests["empty"].Outcome);
    }

    [Fact]
    public async Task A_target_that_is_missed_fails_the_drill()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        await scene.StartStagingAsync();

        var slow = await scene.DrillAsync(request => request with { RecoveryTimeTarget = TimeSpan.FromMilliseconds(1) });
        var old = await scene.DrillAsync(request => request with { RecoveryPointTarget = TimeSpan.FromTicks(1) });

        Assert.Equal((DrillVerdict.Failed, false, true), (slow.Verdict, slow.RecoveryTime.IsMet, slow.RecoveryPoint.IsMet));
        Assert.Equal((DrillVerdict.Failed, true, false), (old.Verdict, old.RecoveryTime.IsMet, old.RecoveryPoint.IsMet));
        Assert.Equal([DrillStepKind.Targets], slow.Steps.Where(step => step.Outcome == DrillStepOutcome.Failed).Select(step => step.Step));
    }

    [Fact]
    public async Task The_sources_own_server_is_never_the_staging_server()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();

        var proven = await scene.DrillAsync(request => request with { StagingDatabase = scene.Source.Target.WithDatabase("postgres").ToUri() });
        var alike = await scene.DrillAsync(request => request with { StagingDatabase = scene.Source.Target.WithDatabase("postgres").ToUri(), SourceDatabase = null });

        foreach (var result in new[] { proven, alike })
        {
            Assert.Equal((DrillVerdict.Inconclusive, "StagingIsSource"), (result.Verdict, Step(result, DrillStepKind.Staging).ErrorId));
        }

        Assert.Equal(0, await scene.Source.ScalarAsync<long>("SELECT count(*) FROM pg_database WHERE datname LIKE 'drill%'"));
    }

    [Fact]
    public async Task A_server_with_the_sources_database_may_be_the_source_unless_a_lock_says_otherwise()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        await scene.StartStagingAsync();
        await using (var session = await new PostgresConnector(scene.Staging!.Target).OpenAsync(Cancel))
        {
            await SqlQuery.ExecuteAsync(session, $"CREATE DATABASE {scene.Source.Name}", Cancel);
        }

        var alike = await scene.DrillAsync(request => request with { SourceDatabase = null });
        var proven = await scene.DrillAsync();

        Assert.Equal((DrillVerdict.Inconclusive, "StagingIsSource"), (alike.Verdict, Step(alike, DrillStepKind.Staging).ErrorId));
        Assert.Contains(scene.Source.Name, Step(alike, DrillStepKind.Staging).Detail, StringComparison.Ordinal);
        Assert.True(proven.Verdict == DrillVerdict.Passed, DrillScene.Describe(proven));
        Assert.Equal([scene.Source.Name], await scene.LeftOnStagingAsync());
    }

    [Fact]
    public async Task A_server_that_shuts_down_under_a_smoke_test_fails_no_backup()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        const string ShutDown = "COPY (SELECT 1) TO PROGRAM 'kill -INT $(head -n 1 postmaster.pid)'; SELECT pg_sleep(60);";

        var result = await scene.DrillAsync(request => request with
        {
            SmokeTests = [SqlSmokeTest.Create("stops", ShutDown, scene.Environment), SqlSmokeTest.Create("never", "SELECT false", scene.Environment)],
        });

        Assert.True(result.Verdict == DrillVerdict.Inconclusive, DrillScene.Describe(result));
        Assert.Equal(("stops", "ServerConnectionLost"), (Step(result, DrillStepKind.SmokeTest).Name, Step(result, DrillStepKind.SmokeTest).ErrorId));
        Assert.Empty(scene.Left);
    }

    [Theory]
    [InlineData("Restoring", DrillStepKind.Restore)]
    [InlineData("Rows", DrillStepKind.Rows)]
    [InlineData("Amcheck", DrillStepKind.Amcheck)]
    public async Task A_staging_server_that_dies_midway_proves_nothing(string stage, DrillStepKind step)
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        var server = scene.Environment.TempDirectory;

        var result = await scene.DrillAsync(observer: new StageObserver(stage == "Restoring" ? "Data" : stage, () => KillServer(server)));

        Assert.True(result.Verdict == DrillVerdict.Inconclusive, DrillScene.Describe(result));
        Assert.Equal((step, "ServerConnectionLost"), (result.Steps.First(candidate => candidate.Outcome == DrillStepOutcome.Inconclusive).Step, Step(result, step).ErrorId));
        Assert.Equal(DrillStepKind.CleanUp, result.Steps[^1].Step);
        Assert.Empty(scene.Left);
    }

    [Fact]
    public async Task What_failed_is_kept_on_request_and_the_result_says_where()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        var passed = await scene.DrillAsync(request => request with { Keep = StagingRetention.OnFailure });
        Assert.Null(passed.KeptStaging);
        Assert.Empty(scene.Left);

        var failed = await scene.DrillAsync(request => request with { Keep = StagingRetention.OnFailure, SmokeTests = [SqlSmokeTest.Create("no", "SELECT false", scene.Environment)] });

        var kept = ConnectionTarget.Parse(failed.KeptStaging!, scene.Environment);
        await using (var connection = await new PostgresConnector(kept).OpenAsync(Cancel))
        {
            Assert.Equal([500L], await SqlQuery.ReadAsync(connection, "SELECT count(*) FROM shop.users", row => row.GetInt64(0), Cancel));
        }

        var command = Step(failed, DrillStepKind.CleanUp).Detail.Split("as root: ")[1];
        await Scenarios.Programs.ShellAsync(command);
        Assert.Empty(scene.Left);
    }

    [Fact]
    public async Task What_was_kept_on_a_staging_server_survives_the_next_drill_and_what_a_killed_one_left_does_not()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        await scene.StartStagingAsync();
        await TestDatabase.CreateAsync(scene.Staging!.Target, $"drill_{scene.Source.Name}_mina_restore_20200101_000000");
        var kept = await scene.DrillAsync(request => request with { Keep = StagingRetention.Always });

        var again = await scene.DrillAsync();

        Assert.Equal((DrillVerdict.Passed, DrillVerdict.Passed), (kept.Verdict, again.Verdict));
        var database = ConnectionTarget.Parse(kept.KeptStaging!, scene.Environment).Database;
        Assert.Equal([database], (await scene.LeftOnStagingAsync()).Where(name => !name.StartsWith("drill_owner", StringComparison.Ordinal)));
        Assert.Contains($"DROP DATABASE \"{database}\"; DROP ROLE", Step(kept, DrillStepKind.CleanUp).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Data")]
    [InlineData("Rows")]
    [InlineData("Schema")]
    public async Task A_canceled_drill_leaves_nothing(string stage)
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        using var stop = new CancellationTokenSource();
        var engine = new DrillEngine(scene.Environment, TimeProvider.System, scene);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunAsync(scene.Request, new StageObserver(stage, stop.Cancel), _ => { }, stop.Token));
        Assert.Empty(scene.Left);

        await scene.StartStagingAsync();
        using var again = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunAsync(scene.Request, new StageObserver(stage, again.Cancel), _ => { }, again.Token));
        Assert.Empty(await scene.LeftOnStagingAsync());
        Assert.Empty(scene.Recorded);
    }

    [Fact]
    public async Task Choices_are_repeated_by_their_seed_and_differ_within_a_run()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.StartStagingAsync();
        var backups = new List<BackupResult>();
        for (var i = 0; i < 4; i++)
        {
            backups.Add(await scene.BackUpAsync());
        }

        var results = await scene.DrillAllAsync(request => request with { Count = 4, Seed = 7 });
        Assert.Equal(backups.Select(backup => backup.Name).Order(), results.Select(result => result.Backup).Order());
        Assert.All(results, result => Assert.Equal(DrillVerdict.Passed, result.Verdict));
        foreach (var result in results)
        {
            Assert.Equal(result.Backup, (await scene.DrillAsync(request => request with { Seed = result.Seed })).Backup);
        }

        Assert.Equal(backups[^1].Name, (await scene.DrillAsync(request => request with { Choice = DrillChoice.Newest })).Backup);
        Assert.Equal(backups[0].Name, (await scene.DrillAsync(request => request with { Choice = DrillChoice.Oldest })).Backup);
        Assert.Equal(backups[2].Name, (await scene.DrillAsync(request => request with { Backup = new BackupReference(backups[2].Path) })).Backup);
    }

    [Fact]
    public async Task Backups_made_while_others_write_raise_no_alarm()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.StartStagingAsync();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(_ => WriteAsync(scene, stop.Token)).ToList();
        try
        {
            for (var round = 0; round < 4; round++)
            {
                await scene.BackUpAsync();
                var result = await scene.DrillAsync(request => request with { Choice = DrillChoice.Newest });
                Assert.True(result.Verdict == DrillVerdict.Passed, DrillScene.Describe(result));
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        Assert.True((await Task.WhenAll(writers)).Sum() > 0);
    }

    private static async Task<int> WriteAsync(DrillScene scene, CancellationToken stop)
    {
        await using var connection = await scene.Source.OpenAsync();
        var done = 0;
        while (!stop.IsCancellationRequested)
        {
            await SqlQuery.ExecuteAsync(
                connection,
                """
                INSERT INTO shop.notes (user_id, body, amount) SELECT 1 + floor(random() * 499), 'new', (random() * 100)::numeric::money FROM generate_series(1, 20);
                UPDATE shop.users SET name = 'user ' || random() WHERE id = 1 + floor(random() * 499);
                DELETE FROM shop.notes WHERE id IN (SELECT id FROM shop.notes ORDER BY random() LIMIT 5);
                """,
                Cancel);
            done++;
        }

        return done;
    }

    private static DrillStep Step(RecoveryDrillResult result, DrillStepKind kind) => result.Steps.First(step => step.Step == kind);

    private static void KillServer(string folder)
    {
        // Asked for once, told many times.
        if (Directory.GetFiles(folder, "postmaster.pid", SearchOption.AllDirectories) is not [var file])
        {
            return;
        }

        System.Diagnostics.Process.Start("kill", ["-QUIT", File.ReadLines(file).First()]).WaitForExit();
        Assert.True(SpinWait.SpinUntil(() => !File.Exists(file), TimeSpan.FromMinutes(1)), $"The server of {file} still runs.");
    }
}
