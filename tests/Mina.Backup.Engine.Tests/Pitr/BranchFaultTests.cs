using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

/// <summary>What can go wrong while a branch is made: one clear error each, and nothing left behind.</summary>
public sealed class BranchFaultTests(BranchFixture fixture) : IClassFixture<BranchFixture>
{
    private static readonly PitrTarget Latest = new() { Kind = PitrTargetKind.Latest };

    private PitrSite Site => fixture.Site;

    [Theory]
    [InlineData("missing", "WalGap")]
    [InlineData("truncated", "BackupTruncated")]
    [InlineData("flipped", "BackupCorrupt")]
    [InlineData("other key", "PassphraseWrong")]
    [InlineData("base", "BackupCorrupt")]
    [InlineData("index", "IndexUnreadable")]
    public async Task Damage_in_the_archive_is_named(string damage, string errorId)
    {
        var copy = await CopyArchiveAsync();
        var segments = Directory.GetFiles(Path.Combine(copy, "wal")).Where(path => Path.GetFileName(path).EndsWith(".gz.gpg", StringComparison.Ordinal)
            && Path.GetFileName(path).Length == 24 + 7).Order(StringComparer.Ordinal).ToList();
        var victim = damage is "base" ? Directory.GetFiles(Path.Combine(copy, "base"), "*.tar.gz.gpg").OrderByDescending(path => new FileInfo(path).Length).First()
            : damage is "index" ? Directory.GetFiles(Path.Combine(copy, "base"), "*.index.jsonl.gz.gpg").Single()
            // The last segment but one holds the rows; the base backup is consistent before it.
            : segments[^2];
        await DamageAsync(victim, damage);

        var error = await FailsAsync(() => Site.BranchAsync(Latest, request => request with { Archive = copy, Spool = Path.Combine(Site.Root, "no-spool") }));

        Assert.True(errorId == error.ErrorId, error.ToString());
        Assert.Contains(Path.GetFileName(victim)[..24], error.Message, StringComparison.Ordinal);
        await Site.AssertNoBranchAsync();
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public async Task A_point_before_a_gap_is_reached_and_one_behind_it_names_the_segment()
    {
        await using var site = await PitrSite.StartAsync();
        await site.SqlAsync("CREATE TABLE rows (n int)");
        await site.BackUpAsync();
        await site.SqlAsync("INSERT INTO rows VALUES (1)");
        await site.ArchiveAsync();
        await site.SqlAsync("INSERT INTO rows VALUES (2)");
        var missing = await site.ValueAsync("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
        await site.ArchiveAsync();
        await site.SqlAsync("INSERT INTO rows VALUES (3)");
        await site.ArchiveAsync();
        await site.PublishAsync();
        File.Delete(Path.Combine(site.Place.WalLocation, missing + ".gz.gpg"));

        // The last place that can be reached is where the missing segment begins.
        var before = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = new Lsn(SegmentStart(missing)) });
        Assert.Equal("1", await site.ValueAsync(before, "SELECT count(*) FROM rows"));
        await site.RemoveAsync(before);
        var behind = await FailsAsync(() => site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Time, Time = DateTimeOffset.UtcNow.AddSeconds(-0.001) }));
        Assert.Equal("WalGap", behind.ErrorId);
        Assert.Contains(missing, behind.Message, StringComparison.Ordinal);
        await site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task Stopped_at_every_stage_it_leaves_nothing()
    {
        var rehearsal = new RecordingObserver();
        var made = await Site.Engine.CreateBranchAsync(new PitrBranchRequest { Target = Latest }, rehearsal, PitrSite.Cancel);
        await Site.RemoveAsync(made);
        Assert.Equal(["Planning", "Unpacking", "Starting", "Replaying", "Opening"], rehearsal.Stages);

        foreach (var stage in rehearsal.Stages)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(PitrSite.Cancel);
            var observer = new RecordingObserver { StageBegins = begun => { if (begun == stage) { StopAt(stage, stop); } } };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Site.Engine.CreateBranchAsync(new PitrBranchRequest { Target = Latest }, observer, stop.Token));
            await Site.AssertNoBranchAsync();
        }
    }

    [Fact]
    public async Task Killed_with_signal_9_at_every_stage_it_leaves_nothing_once_the_next_call_has_swept()
    {
        foreach (var stage in (string[])["Planning", "Unpacking", "Starting", "Replaying", "Opening"])
        {
            var killed = await RunnerAsync("branch", stage, asServer: false);
            Assert.True(killed.ExitCode != 0, stage);
            for (var round = 0; Directory.GetFileSystemEntries(Site.BranchPath).Length > 0 && round < 300; round++)
            {
                // The guard of the killed process is at work.
                await Task.Delay(100, PitrSite.Cancel);
            }

            Assert.Empty(await Site.BranchesAsync());
            await Site.AssertNoBranchAsync();
        }
    }

    [Fact]
    public async Task A_branch_outlives_the_process_that_made_it_and_serves_another()
    {
        var made = await RunnerAsync("branch", null, asServer: false);
        Assert.True(made.ExitCode == 0, made.Errors);

        var branch = Assert.Single(await Site.BranchesAsync());
        Assert.Contains(branch.ConnectionUri!, made.Output, StringComparison.Ordinal);
        Assert.Equal("4", await Site.ValueAsync(branch, "SELECT count(*) FROM rows"));
        await Site.RemoveAsync(branch);
        await Site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task A_user_without_rights_makes_and_removes_branches_of_his_own()
    {
        Assert.SkipUnless(System.Environment.IsPrivilegedProcess, "The other tests run without rights already.");
        Assert.SkipWhen((await Programs.TryAsync("runuser", ["-u", "postgres", "--", "dotnet", "--version"])).ExitCode != 0, "The other account cannot run the engine.");
        var folder = Path.Combine(Site.Root, "user");
        await Programs.ShellAsync($"mkdir -m 700 {folder}; cp -a {Site.ArchivePath} {folder}/archive; chown -R postgres {folder}");

        var made = await RunnerAsync("branch", null, asServer: true);
        Assert.True(made.ExitCode == 0, made.Errors);
        var uri = made.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Equal("4", await PitrSite.ValueAsync(ConnectionTarget.Parse(uri, Site.Environment), "SELECT count(*) FROM rows"));
        var removed = await RunnerAsync("remove-branch", null, asServer: true);

        Assert.True(removed.ExitCode == 0, removed.Errors);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "state", "branch-data")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_folder_that_the_servers_account_cannot_enter_is_refused()
    {
        Assert.SkipUnless(System.Environment.IsPrivilegedProcess, "Only root has another account for the server.");
        var closed = Path.Combine(Site.Root, "closed");
        Directory.CreateDirectory(closed);
        await Programs.RunAsync("chmod", ["700", closed]);

        var error = await FailsAsync(() => Site.BranchAsync(Latest, request => request with { Location = closed }));

        Assert.Equal("BranchPlaceUnusable", error.ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(closed));
        await Site.AssertNoBranchAsync();
    }

    [Theory]
    [InlineData(12)]
    [InlineData(60)]
    public async Task A_full_disk_while_unpacking_or_replaying_is_said_and_nothing_stays(int megabytes)
    {
        await using var disk = await SmallDisk.MountAsync(Path.Combine("/tmp", "mina-small-" + Guid.NewGuid().ToString("N")[..8]), megabytes);

        var error = await FailsAsync(() => Site.BranchAsync(Latest, request => request with { Location = disk.Path }));

        Assert.True(error.ErrorId == "BranchDiskFull", error.ToString());
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
        await Site.AssertNoBranchAsync();
    }

    // In the middle of a replay, that is, once there is a server.
    private void StopAt(string stage, CancellationTokenSource stop)
    {
        if (stage != "Replaying")
        {
            stop.Cancel();
            return;
        }

        _ = Task.Run(async () =>
        {
            await Eventually.TrueAsync(
                () => Directory.GetDirectories(Site.BranchPath).Any(folder => File.Exists(Path.Combine(folder, "data", "postmaster.pid"))),
                "the branch's server",
                TimeSpan.FromMilliseconds(1));
            await stop.CancelAsync();
        });
    }

    private static async Task<MinaException> FailsAsync(Func<Task> action) => await Assert.ThrowsAnyAsync<MinaException>(action);

    private static ulong SegmentStart(string segment) => (Convert.ToUInt64(segment[8..16], 16) << 32) + (Convert.ToUInt64(segment[16..], 16) << 24);

    private static async Task DamageAsync(string victim, string damage)
    {
        switch (damage)
        {
            case "missing":
                File.Delete(victim);
                break;
            case "truncated":
                await using (var file = File.OpenWrite(victim))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "other key":
                await Programs.ShellAsync(
                    $"gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 3 -d '{victim}' 3<<<\"$PASS\" > '{victim}.plain'; rm '{victim}'; gpg --batch --quiet --pinentry-mode loopback --passphrase other -o '{victim}' -c '{victim}.plain'; rm '{victim}.plain'",
                    new Dictionary<string, string> { ["PASS"] = PitrSite.Passphrase });
                break;
            default:
                var bytes = await File.ReadAllBytesAsync(victim, PitrSite.Cancel);
                bytes[bytes.Length / 2] ^= 1;
                await File.WriteAllBytesAsync(victim, bytes, PitrSite.Cancel);
                break;
        }
    }

    private async Task<string> CopyArchiveAsync()
    {
        var copy = Path.Combine(Site.Root, "copy-" + Guid.NewGuid().ToString("N")[..8]);
        await Programs.RunAsync("cp", ["-a", Site.ArchivePath, copy]);
        return copy;
    }

    private Task<ProgramOutput> RunnerAsync(string operation, string? killAt, bool asServer)
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("Mina.Backup.Engine.Tests", "Mina.Backup.Engine.Tests.Runner", StringComparison.Ordinal), "Mina.Backup.Engine.Tests.Runner.dll");
        var folder = asServer ? Path.Combine(Site.Root, "user") : Site.Root;
        var environment = new Dictionary<string, string>
        {
            ["OPERATION"] = operation,
            ["KILL_AT"] = killAt ?? string.Empty,
            ["BRANCH"] = "runner",
            ["GPG_BACKUP_PASSPHRASE"] = PitrSite.Passphrase,
            ["MINA_WAL_ARCHIVE"] = Path.Combine(folder, "archive"),
            ["MINA_WAL_SPOOL"] = Path.Combine(folder, "no-spool"),
            ["MINA_STATE_PATH"] = Path.Combine(folder, "state"),
            ["MINA_BRANCH_PATH"] = asServer ? string.Empty : Site.BranchPath,
            ["HOME"] = folder,
        };
        return asServer
            ? Programs.TryAsync("runuser", ["-u", "postgres", "--", "dotnet", program], environment)
            : Programs.TryAsync("dotnet", [program], environment);
    }
}
