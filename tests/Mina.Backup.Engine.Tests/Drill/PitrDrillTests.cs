using Mina.Backup.Engine.Drill.Checks;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Pitr;
using Mina.Backup.Engine.Tests.Pitr.Incremental;
using Mina.Backup.Engine.Tests.Restore;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Drill;

/// <summary>Drills of an archive with a ledger: every transaction books an amount out of one account into another, so at any point the sum is zero.</summary>
public sealed class PitrDrillTests
{
    private const string Ledger = """
        CREATE TABLE account (id int PRIMARY KEY);
        INSERT INTO account SELECT generate_series(1, 5);
        CREATE TABLE entry (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account int NOT NULL REFERENCES account, amount int NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
        """;

    private const string Balanced = "SELECT coalesce(sum(amount), 0) = 0 FROM entry; SELECT count(*) % 2 = 0 FROM entry";

    [Fact]
    public async Task A_branch_at_a_random_point_is_at_exactly_that_point_and_leaves_nothing()
    {
        await using var site = await StartAsync();
        await BookAsync(site, 40);
        await site.ArchiveAsync();
        await site.PublishAsync();
        var points = new HashSet<DateTimeOffset?>();
        foreach (var seed in new[] { 1, 2, 3, 4 })
        {
            var result = await DrillAsync(site, request => request with { Seed = seed, SmokeTests = [SqlSmokeTest.Create("ledger", Balanced, site.Environment)] });

            Assert.True(result.Verdict == DrillVerdict.Passed, DrillScene.Describe(result));
            Assert.Equal((DrillType.Pitr, seed, "branch", site.ArchivePath), (result.Type, result.Seed, result.Environment.Staging, result.Location));
            Assert.True(result.Reached!.Time is null || result.Reached.Time < result.Point!.Time);
            Assert.Equal(
                [DrillStepKind.Selection, DrillStepKind.Branch, DrillStepKind.Point, DrillStepKind.Indexes, DrillStepKind.Constraints, DrillStepKind.Amcheck, DrillStepKind.SmokeTest, DrillStepKind.Targets, DrillStepKind.CleanUp],
                result.Steps.Select(step => step.Step));
            points.Add(result.Point!.Time);
            Assert.Equal(result.Point, (await DrillAsync(site, request => request with { Seed = seed })).Point);
        }

        Assert.Equal(4, points.Count);
        await site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task An_incremental_base_backup_is_drilled_with_what_it_builds_on_and_fails_without()
    {
        await using var site = await IncrementalSite.StartAsync();
        await site.SqlAsync(Ledger);
        var full = await site.BackUpAsync();
        var made = await site.BackUpMoreAsync();
        await BookAsync(site, 150);
        await site.ArchiveAsync();
        await site.PublishAsync();
        var seed = 0;
        Task<RecoveryDrillResult> NextAsync() => DrillAsync(site, request => request with { Seed = seed, SmokeTests = [SqlSmokeTest.Create("ledger", Balanced, site.Environment)] });

        // A point between the two base backups needs the full one alone.
        RecoveryDrillResult whole;
        do
        {
            Assert.True(++seed < 20, "No point lies behind the incremental base backup.");
            whole = await NextAsync();
        }
        while (whole.Verdict == DrillVerdict.Passed && whole.Backup != made.Name);

        await IncrementalSite.DamageAsync(full);
        var damaged = await NextAsync();

        Assert.True(whole.Verdict == DrillVerdict.Passed, DrillScene.Describe(whole));
        Assert.Equal(DrillVerdict.Failed, damaged.Verdict);
        Assert.Contains(full.Name, DrillScene.Describe(damaged), StringComparison.Ordinal);
        await site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task The_recovery_point_is_what_the_archive_lacks_of_its_source()
    {
        await using var site = await StartAsync();
        await BookAsync(site, 4);
        await site.ArchiveAsync();
        await site.PublishAsync();
        await BookAsync(site, 1);

        var known = await DrillAsync(site, request => request with { SourceDatabase = site.Source.Target.ToUri(), RecoveryPointTarget = TimeSpan.FromTicks(1) });
        var unknown = await DrillAsync(site);

        Assert.Equal([DrillStepKind.Targets], known.Steps.Where(step => step.Outcome == DrillStepOutcome.Failed).Select(step => step.Step));
        Assert.False(known.RecoveryPoint.IsMet);
        Assert.Equal((DrillVerdict.Passed, null), (unknown.Verdict, unknown.RecoveryPoint.Measured));
    }

    [Fact]
    public async Task What_cannot_be_recovered_fails_by_its_step()
    {
        await using var site = await StartAsync();
        await BookAsync(site, 4);
        await site.ArchiveAsync();
        await BookAsync(site, 4);
        await site.ArchiveAsync();
        await site.PublishAsync();
        var segments = Directory.GetFiles(Path.Combine(site.ArchivePath, "wal"), "0000*.gz.gpg").Where(path => !path.Contains(".backup", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var whole = await File.ReadAllBytesAsync(segments[^2], PitrSite.Cancel);
        var damaged = (byte[])whole.Clone();
        damaged[whole.Length / 2] ^= 1;

        await File.WriteAllBytesAsync(segments[^2], damaged, PitrSite.Cancel);
        var broken = await DrillAsync(site, request => request with { Seed = 5 });
        Assert.True(broken.Verdict == DrillVerdict.Failed && broken.Steps.Any(step => step is { Step: DrillStepKind.Branch, Outcome: DrillStepOutcome.Failed }), DrillScene.Describe(broken));

        foreach (var file in Directory.GetFiles(Path.Combine(site.ArchivePath, "base")))
        {
            File.Delete(file);
        }

        var nothing = await DrillAsync(site);
        Assert.Equal((DrillVerdict.Failed, DrillStepKind.Selection, "NoBaseBackup"), (nothing.Verdict, nothing.Steps[0].Step, nothing.Steps[0].ErrorId));
        site.SetVariable("MINA_WAL_ARCHIVE", null);
        Assert.Equal("ArchiveNotGiven", (await Assert.ThrowsAsync<ConfigurationException>(() => DrillAsync(site))).ErrorId);
        await site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task Rows_that_lead_nowhere_and_ledgers_that_do_not_balance_fail()
    {
        await using var site = await StartAsync();
        await site.SqlAsync("SET session_replication_role = replica; INSERT INTO entry (account, amount) VALUES (77, 1)");
        await BookAsync(site, 4);
        await site.ArchiveAsync();
        await site.PublishAsync();
        // The row came before the base backup, and is at every point.
        await site.BackUpAsync();
        await BookAsync(site, 4);
        await site.ArchiveAsync();
        await site.PublishAsync();

        var result = await DrillAsync(site, request => request with { Seed = 3, SmokeTests = [SqlSmokeTest.Create("ledger", Balanced, site.Environment)], Keep = StagingRetention.OnFailure });

        var point = result.Point!.Time;
        Assert.True(result.Verdict == DrillVerdict.Failed, DrillScene.Describe(result));
        Assert.Contains(result.Steps, step => step is { Step: DrillStepKind.Constraints, Outcome: DrillStepOutcome.Failed });
        Assert.Contains(result.Steps, step => step is { Step: DrillStepKind.SmokeTest, Outcome: DrillStepOutcome.Failed });
        Assert.NotNull(point);
        var kept = Assert.Single(await site.BranchesAsync());
        Assert.Equal(PitrBranchState.Ready, kept.State);
        Assert.NotNull(result.KeptStaging);
        await site.RemoveAsync(kept);
        await site.AssertNoBranchAsync();
    }

    [Theory]
    [InlineData("Point")]
    [InlineData("Amcheck")]
    public async Task Nothing_is_left_of_a_canceled_or_killed_drill(string stage)
    {
        await using var site = await StartAsync();
        await BookAsync(site, 4);
        await site.ArchiveAsync();
        await site.PublishAsync();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new DrillEngine(site.Environment, TimeProvider.System)
            .RunAsync(new DrillRequest { Scope = DrillScope.Pitr }, new StageObserver(stage, stop.Cancel), _ => { }, stop.Token));
        await site.AssertNoBranchAsync();

        var killed = await Programs.TryAsync("dotnet", [EngineRunner.Path], new Dictionary<string, string>
        {
            ["OPERATION"] = "drill",
            ["KILL_AT"] = stage,
            ["TEMP_PLACE"] = "/tmp",
            ["MINA_STATE_PATH"] = site.Environment.StateDirectory,
            ["MINA_WAL_ARCHIVE"] = site.ArchivePath,
            ["MINA_WAL_SPOOL"] = site.SpoolPath,
            ["MINA_BRANCH_PATH"] = site.BranchPath,
            ["GPG_BACKUP_PASSPHRASE"] = PitrSite.Passphrase,
        });
        Assert.True(killed.ExitCode == 137, killed.Errors);
        for (var round = 0; Directory.GetFileSystemEntries(site.BranchPath).Length > 0; round++)
        {
            Assert.True(round < 600, "The branch is there a minute later.");
            await Task.Delay(100, PitrSite.Cancel);
        }

        Assert.DoesNotContain(site.BranchPath, await Programs.RunAsync("ps", ["-eo", "args"]), StringComparison.Ordinal);
    }

    private static async Task<PitrSite> StartAsync()
    {
        var site = await PitrSite.StartAsync();
        await site.SqlAsync(Ledger);
        await site.BackUpAsync();
        return site;
    }

    private static async Task BookAsync(PitrSite site, int transactions)
    {
        for (var n = 0; n < transactions; n++)
        {
            await site.SqlAsync($"INSERT INTO entry (account, amount) VALUES ({n % 5 + 1}, {n}), ({(n + 1) % 5 + 1}, -{n})");
        }
    }

    private static async Task<RecoveryDrillResult> DrillAsync(PitrSite site, Func<DrillRequest, DrillRequest>? change = null)
    {
        var request = new DrillRequest { Scope = DrillScope.Pitr };
        return Assert.Single(await new DrillEngine(site.Environment, TimeProvider.System).RunAsync(change?.Invoke(request) ?? request, site.Observer, _ => { }, PitrSite.Cancel));
    }
}
