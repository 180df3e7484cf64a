using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;
using static Mina.Backup.Engine.Tests.Pitr.Incremental.IncrementalSite;

namespace Mina.Backup.Engine.Tests.Pitr.Incremental;

/// <summary>Branches that start from an incremental base backup, and what is kept for them.</summary>
public sealed class IncrementalBranchTests
{
    private const int Seed = 17;

    [Fact]
    public async Task A_branch_from_a_chain_made_under_writes_holds_exactly_what_was_committed_at_random_points()
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        await site.MakeTablespaceAsync("extra");
        await site.SqlAsync("CREATE TABLE far TABLESPACE extra AS SELECT g AS id, repeat('y', 200) AS t FROM generate_series(1, 5000) g");
        var random = new Random(Seed);
        var full = await site.BackUpAsync();
        var points = new List<(DateTimeOffset Time, string Digest, string Far, string Base)>();
        var newest = full;
        for (var link = 0; link < 2; link++)
        {
            var writing = site.WriteAsync(random.Next(20, 40));
            newest = await site.BackUpMoreAsync();
            await writing;
            for (var i = 0; i < 2; i++)
            {
                await site.WriteAsync(random.Next(1, 10));
                await site.SqlAsync($"UPDATE far SET t = t || '{i}' WHERE id % {random.Next(50, 900)} = 0");
                points.Add((await site.NowAsync(), await site.ValueAsync(Digest), await site.ValueAsync("SELECT md5(string_agg(f::text, '|' ORDER BY id)) FROM far f"), newest.Name));
            }
        }

        await site.WriteAsync(3);
        await site.ArchiveAsync();
        await site.PublishAsync();

        foreach (var (time, digest, far, expected) in points)
        {
            var branch = await site.BranchAsync(At(time));
            Assert.Equal(expected, branch.BaseBackup);
            Assert.Equal(digest, await site.ValueAsync(branch, Digest));
            Assert.Equal(far, await site.ValueAsync(branch, "SELECT md5(string_agg(f::text, '|' ORDER BY id)) FROM far f"));
            Assert.Contains(branch.Phases, phase => phase.Phase == "Combine");
            Assert.False(Directory.Exists(Path.Combine(branch.Path!, "chain")));
            await site.RemoveAsync(branch);
        }

        // From the full one, over all the WAL, the same comes out.
        var control = await site.BranchAsync(At(points[^1].Time), request => request with { BaseBackup = full.Name });
        Assert.Equal(points[^1].Digest, await site.ValueAsync(control, Digest));
        await site.RemoveAsync(control);
        await site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task A_paused_branch_from_an_incremental_one_is_taken_forward()
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        await site.BackUpAsync();
        await site.WriteAsync(3);
        var made = await site.BackUpMoreAsync();
        await site.WriteAsync(1);
        var (first, digest) = (await site.NowAsync(), await site.ValueAsync(Digest));
        await site.WriteAsync(1);
        var (second, later) = (await site.NowAsync(), await site.ValueAsync(Digest));
        await site.WriteAsync(1);
        await site.ArchiveAsync();

        var branch = await site.BranchAsync(At(first), request => request with { ReadOnly = true });
        Assert.Equal((made.Name, digest), (branch.BaseBackup, await site.ValueAsync(branch, Digest)));
        var stepped = await site.Engine.StepBranchAsync(new() { Name = branch.Name, Target = At(second) }, site.Observer, PitrSite.Cancel);
        Assert.Equal(later, await site.ValueAsync(stepped, Digest));
    }

    [Fact]
    public async Task A_middle_link_that_is_damaged_or_missing_is_one_error_that_names_it_and_a_sound_one_is_taken_instead()
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        var full = await site.BackUpAsync();
        await site.WriteAsync(2);
        var middle = await site.BackUpMoreAsync();
        await site.WriteAsync(2);
        var last = await site.BackUpMoreAsync();
        await site.WriteAsync(1);
        var digest = await site.ValueAsync(Digest);
        await site.ArchiveAsync();
        var latest = new PitrTarget { Kind = PitrTargetKind.Latest };

        await DamageAsync(middle);
        var damaged = await Assert.ThrowsAsync<IntegrityException>(() => site.BranchAsync(latest));
        await site.AssertNoBranchAsync();
        Assert.Contains(middle.Name, damaged.Message, StringComparison.Ordinal);

        var verified = await site.VerifyAsync(middle.Name);
        Assert.Equal(CheckOutcome.Failed, verified.Outcome);
        var chain = (await site.VerifyAsync(last.Name)).FirstFailure!;
        Assert.Equal((BaseBackupCheckKind.Chain, "BaseChainBroken"), (chain.Check, chain.ErrorId));
        Assert.Contains(middle.Name, chain.Detail, StringComparison.Ordinal);
        Assert.Equal([BackupState.ChainBroken, BackupState.Failed, BackupState.Verified], (await site.ListAsync()).Select(backup => backup.State));
        await AssertNamedAsync(site, latest, last, middle);
        Assert.Equal(full.Name, (await site.BackUpMoreAsync()).Parent);

        foreach (var path in Directory.GetFiles(site.Place.BaseLocation, middle.Name + ".*"))
        {
            File.Delete(path);
        }

        await AssertNamedAsync(site, latest, last, middle);
        Assert.Equal([last.Name], (await site.ListAsync())[1].Chain);
        foreach (var path in Directory.GetFiles(site.Place.BaseLocation).Where(path => !Path.GetFileName(path).StartsWith(full.Name, StringComparison.Ordinal) && !Path.GetFileName(path).StartsWith(last.Name, StringComparison.Ordinal)))
        {
            File.Delete(path);
        }

        await site.ArchiveAsync();
        var branch = await site.BranchAsync(latest);
        Assert.Equal((full.Name, digest), (branch.BaseBackup, await site.ValueAsync(branch, Digest)));
    }

    [Fact]
    public async Task A_failure_while_the_parts_are_put_together_leaves_nothing()
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        await site.BackUpAsync();
        var made = await site.BackUpMoreAsync();
        await site.ArchiveAsync();
        var latest = new PitrTarget { Kind = PitrTargetKind.Latest };
        var programs = Path.GetDirectoryName(site.Source.BinDirectory + "/")!;
        var folder = Path.Combine(site.Root, "programs");
        await Programs.ShellAsync($"mkdir -m 755 {folder}; ln -s {programs}/* {folder}/; rm {folder}/pg_combinebackup");
        site.SetVariable("MINA_PG_BIN", folder);

        var missing = await Assert.ThrowsAsync<ToolException>(() => site.BranchAsync(latest));
        Assert.Equal(("ToolMissing", "pg_combinebackup"), (missing.ErrorId, missing.Target));
        Assert.Equal("ToolMissing", (await Assert.ThrowsAsync<ToolException>(() => site.BackUpMoreAsync())).ErrorId);

        await ShellProgram.WriteAsync(Path.Combine(folder, "pg_combinebackup"), $"case $1 in --*sync) echo 'no such luck' >&2; exit 1;; *) exec {programs}/pg_combinebackup \"$@\";; esac");
        var failed = await Assert.ThrowsAsync<ToolException>(() => site.BranchAsync(latest));
        Assert.Equal(("BaseChainNotCombined", made.Name), (failed.ErrorId, failed.Target));
        Assert.Contains("no such luck", failed.Message, StringComparison.Ordinal);

        await ShellProgram.WriteAsync(Path.Combine(folder, "pg_combinebackup"), $"case $1 in --*sync) sleep 600;; *) exec {programs}/pg_combinebackup \"$@\";; esac");
        using var stop = new CancellationTokenSource();
        var making = site.Engine.CreateBranchAsync(new() { Target = latest }, site.Observer, stop.Token);
        await Eventually.TrueAsync(
            async () => (await Programs.RunAsync("ps", ["-eo", "args"])).Contains($"{folder}/pg_combinebackup --no-sync", StringComparison.Ordinal), "pg_combinebackup");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);
        await site.AssertNoBranchAsync();
        Assert.DoesNotContain($"{folder}/pg_combinebackup", await Programs.RunAsync("ps", ["-eo", "args"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(25, false)]
    [InlineData(50, true)]
    public async Task A_disk_that_is_too_small_for_the_parts_or_for_what_they_make_is_said_and_nothing_stays(int megabytes, bool unpacks)
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        await site.BackUpAsync();
        await site.BackUpMoreAsync();
        await site.ArchiveAsync();
        await using var disk = await SmallDisk.MountAsync(Path.Combine("/tmp", "mina-small-" + Guid.NewGuid().ToString("N")[..8]), megabytes);

        var error = await Assert.ThrowsAsync<StorageException>(() => site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Latest }, request => request with { Location = disk.Path }));

        Assert.Equal("BranchDiskFull", error.ErrorId);
        Assert.Equal(!unpacks, error.Message.Contains("bytes unpacked", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
        await site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task Retention_keeps_what_a_kept_incremental_one_builds_on_and_takes_whole_chains()
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        var old = await site.BackUpAsync();
        await site.WriteAsync(1);
        var oldMore = await site.BackUpMoreAsync();
        var full = await site.BackUpAsync();
        await site.WriteAsync(1);
        await site.BackUpMoreAsync(full.Name);
        var needed = await site.BackUpMoreAsync(full.Name);
        await site.WriteAsync(1);
        var newest = await site.BackUpMoreAsync(needed.Name);
        var digest = await site.ValueAsync(Digest);
        await site.ArchiveAsync();
        await site.PublishAsync();
        var wal = new WalEngine(site.Environment, TimeProvider.System);

        var result = await wal.RemoveExpiredAsync(new WalRetentionRequest { RetainFor = TimeSpan.Zero, RemoveBaseBackups = true }, site.Observer, PitrSite.Cancel);

        Assert.Equal(3, result.BaseBackups.Count);
        Assert.Contains(old.Name, result.BaseBackups);
        Assert.Contains(oldMore.Name, result.BaseBackups);
        Assert.Equal([newest.Name, needed.Name, full.Name], (await site.ListAsync()).Select(backup => backup.Name));
        Assert.All(await site.ListAsync(), backup => Assert.Equal(BackupState.Verified, backup.State));
        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Latest });
        Assert.Equal((newest.Name, digest), (branch.BaseBackup, await site.ValueAsync(branch, Digest)));
    }

    private static async Task AssertNamedAsync(PitrSite site, PitrTarget target, BaseBackupInfo last, BaseBackupInfo middle)
    {
        var error = await Assert.ThrowsAsync<CatalogException>(() => site.BranchAsync(target, request => request with { BaseBackup = last.Name }));
        Assert.Equal(("BaseChainBroken", middle.Name), (error.ErrorId, error.Target));
        await site.AssertNoBranchAsync();
    }
}
