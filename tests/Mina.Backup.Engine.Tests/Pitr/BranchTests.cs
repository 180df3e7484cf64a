using System.Net;
using System.Net.Sockets;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

public sealed class BranchTests(BranchFixture fixture) : IClassFixture<BranchFixture>
{
    private const string Count = "SELECT count(*) FROM rows";

    private static readonly PitrTarget Latest = new() { Kind = PitrTargetKind.Latest };

    private PitrSite Site => fixture.Site;

    [Fact]
    public async Task A_branch_serves_with_its_tablespace_and_a_password_of_its_own_and_is_gone_when_removed()
    {
        var branch = await Site.BranchAsync(Latest, request => request with { Name = "one", Settings = new Dictionary<string, string> { ["work_mem"] = "9MB" } });

        Assert.Equal("4", await Site.ValueAsync(branch, Count));
        Assert.Equal((PitrBranchState.Ready, "127.0.0.1", "postgres", fixture.Base.Name), (branch.State, branch.Host, branch.Database, branch.BaseBackup));
        Assert.StartsWith(Site.BranchPath, await Site.ValueAsync(branch, "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'extra'"), StringComparison.Ordinal);
        Assert.Equal("9MB", await Site.ValueAsync(branch, "SHOW work_mem"));
        Assert.Equal("123", await Site.ValueAsync(branch, "SHOW max_connections"));
        Assert.Equal("off", await Site.ValueAsync(branch, "SHOW archive_mode"));
        Assert.True(branch.DataSize > 0 && branch.ReplayedBytes > 0 && branch.ReplayRate > 0 && branch.Reached!.Timeline == 1);
        Assert.Equal(Password(branch), Password(Assert.Single(await Site.BranchesAsync())));
        Assert.DoesNotContain(Password(branch), await EverythingToldAsync(), StringComparison.Ordinal);

        var removed = await Site.RemoveAsync(branch);

        Assert.True(removed.FreedBytes > branch.DataSize);
        await Site.AssertNoBranchAsync();
        Assert.Equal("BranchNotFound", (await FailsAsync(() => Site.RemoveAsync(branch))).ErrorId);
    }

    [Fact]
    public async Task Where_this_is_root_the_branch_belongs_to_the_servers_account_and_nobody_else_can_enter()
    {
        Assert.SkipUnless(System.Environment.IsPrivilegedProcess, "Only root has another account for the server.");
        var branch = await Site.BranchAsync(Latest);

        Assert.Equal("postgres", (await Programs.RunAsync("stat", ["-c", "%U", branch.Path!])).Trim());
        Assert.Equal("0", (await Programs.ShellAsync($"find {branch.Path} ! -user postgres | wc -l")).Trim());
        Assert.Equal("700", (await Programs.RunAsync("stat", ["-c", "%a", branch.Path!])).Trim());
        await Site.RemoveAsync(branch);
    }

    [Fact]
    public async Task Points_by_time_and_by_restore_point_step_by_step()
    {
        var branch = await Site.BranchAsync(At(1), request => request with { ReadOnly = true });
        Assert.Equal(("2", PitrBranchState.Paused), (await Site.ValueAsync(branch, Count), branch.State));
        Assert.Contains("read-only", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Site.SqlBranchAsync(branch, "INSERT INTO rows VALUES (9)"))).MessageText, StringComparison.Ordinal);

        branch = await StepAsync(branch, new PitrTarget { Kind = PitrTargetKind.RestorePoint, RestorePoint = "before three" });
        Assert.Equal("3", await Site.ValueAsync(branch, Count));
        var reached = branch.Reached;

        foreach (var (target, expected) in ((PitrTarget, string)[])
        [
            (At(1), "PointBehindBranch"),
            (new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = reached!.Lsn }, "PointBehindBranch"),
            (new PitrTarget { Kind = PitrTargetKind.Xid, Xid = 4000000 }, "PointNotFound"),
            (new PitrTarget { Kind = PitrTargetKind.RestorePoint, RestorePoint = "nowhere" }, "PointNotFound"),
            (new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = Lsn.Parse("7/0") }, "PointNotArchived"),
        ])
        {
            Assert.Equal(expected, (await FailsAsync(() => StepAsync(branch, target))).ErrorId);
            Assert.Equal("3", await Site.ValueAsync(branch, Count));
            Assert.Equal(reached, Assert.Single(await Site.BranchesAsync()).Reached);
        }

        branch = await StepAsync(branch, Latest);
        Assert.Equal(("4", PitrBranchState.Paused), (await Site.ValueAsync(branch, Count), branch.State));
        await Site.RemoveAsync(branch);
        await Site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task Read_only_at_the_latest_point_pauses_there_and_a_branch_that_serves_cannot_be_stepped()
    {
        var paused = await Site.BranchAsync(Latest, request => request with { ReadOnly = true });
        var serving = await Site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.RestorePoint, RestorePoint = "before three" });

        Assert.Equal("4", await Site.ValueAsync(paused, Count));
        Assert.Equal("t", (await Site.ValueAsync(paused, "SELECT pg_is_in_recovery()::text"))[..1]);
        Assert.Equal("3", await Site.ValueAsync(serving, Count));
        Assert.Equal("BranchNotPaused", (await FailsAsync(() => StepAsync(serving, Latest))).ErrorId);
        await Site.RemoveAsync(paused);
        await Site.RemoveAsync(serving);
    }

    [Fact]
    public async Task What_PostgreSQL_silently_gets_wrong_is_refused_and_leaves_nothing()
    {
        foreach (var (target, expected) in ((PitrTarget, string)[])
        [
            (new PitrTarget { Kind = PitrTargetKind.Time, Time = fixture.DuringBase }, "PointBeforeBase"),
            (new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = new Lsn(fixture.Base.StopLsn!.Value.Value - 1) }, "PointBeforeBase"),
            (new PitrTarget { Kind = PitrTargetKind.Xid, Xid = 700 }, "PointBeforeBase"),
            (new PitrTarget { Kind = PitrTargetKind.Time, Time = DateTimeOffset.UtcNow.AddHours(1) }, "PointInFuture"),
            (new PitrTarget { Kind = PitrTargetKind.Time, Time = DateTimeOffset.UtcNow }, "PointNotArchived"),
            (new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = Lsn.Parse("7/0") }, "PointNotArchived"),
            (new PitrTarget { Kind = PitrTargetKind.Xid, Xid = 4000000 }, "PointNotFound"),
            (new PitrTarget { Kind = PitrTargetKind.RestorePoint, RestorePoint = "nowhere" }, "PointNotFound"),
            (new PitrTarget { Kind = PitrTargetKind.Latest, Timeline = 7 }, "TimelineNotFound"),
            (new PitrTarget { Kind = PitrTargetKind.Time, Time = fixture.Times[1], Xid = 7 }, "OptionConflict"),
            (new PitrTarget { Kind = PitrTargetKind.Time }, "OptionConflict"),
        ])
        {
            var error = await FailsAsync(() => Site.BranchAsync(target));
            Assert.True(expected == error.ErrorId, $"{target}: {error}");
            await Site.AssertNoBranchAsync();
        }

        Assert.Equal("OptionConflict", (await FailsAsync(() => Site.BranchAsync(Latest, request => request with { Settings = new Dictionary<string, string> { ["archive_command"] = "true" } }))).ErrorId);
        Assert.Equal("BaseBackupNotFound", (await FailsAsync(() => Site.BranchAsync(Latest, request => request with { BaseBackup = "mina_base_backup_20200101_000000" }))).ErrorId);
        Assert.Equal("OptionConflict", (await FailsAsync(() => Site.BranchAsync(Latest, request => request with { Name = "../x" }))).ErrorId);
        await Site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task Expired_branches_go_with_the_next_call_and_a_name_is_given_once()
    {
        var branch = await Site.BranchAsync(Latest, request => request with { Name = "taken", ExpiresIn = TimeSpan.FromHours(1) });
        Assert.Equal("BranchExists", (await FailsAsync(() => Site.BranchAsync(Latest, request => request with { Name = "taken" }))).ErrorId);
        Assert.Equal(branch.CreatedAt.AddHours(1), branch.ExpiresAt);

        // A project that cannot be asked hides no branch of this machine, neither in a list nor by its name.
        Site.SetVariable("NEON_API_KEY", "napi_key");
        Site.SetVariable("NEON_PROJECT_ID", "quiet-forest-1");
        Site.SetVariable("NEON_API_HOST", "nowhere");
        var listing = await Site.Engine.ListBranchesAsync([], Site.Observer, PitrSite.Cancel);
        Assert.Equal(("taken", "NeonAddressInvalid"), (Assert.Single(listing.Branches).Name, Assert.Single(listing.Failures).ErrorId));
        Assert.Equal("taken", (await Site.Engine.FindBranchAsync("taken", Site.Observer, PitrSite.Cancel)).Name);
        Site.SetVariable("NEON_API_KEY", null);

        var later = new PitrEngine(Site.Environment, new LateClock(TimeSpan.FromHours(2)));
        Assert.Empty((await later.ListBranchesAsync([], Site.Observer, PitrSite.Cancel)).Branches);
        await Site.AssertNoBranchAsync();
    }

    [Fact]
    public async Task A_port_that_somebody_else_took_is_exchanged_for_another()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var taken = ((IPEndPoint)squatter.LocalEndpoint).Port;
        var ports = new Queue<int>([taken, taken]);
        var engine = new PitrEngine(Site.Environment, TimeProvider.System, () => ports.TryDequeue(out var port) ? port : FreePort());

        var branch = await engine.CreateBranchAsync(new() { Target = Latest }, Site.Observer, PitrSite.Cancel);

        Assert.Empty(ports);
        Assert.NotEqual(taken, branch.Port);
        Assert.Equal("4", await Site.ValueAsync(branch, Count));
        await Site.RemoveAsync(branch);
    }

    [Fact]
    public async Task A_branch_whose_server_is_gone_is_told_as_stopped_and_can_be_removed()
    {
        var branch = await Site.BranchAsync(Latest);
        await Programs.ShellAsync($"kill -9 $(head -n 1 {branch.Path}/data/postmaster.pid)");
        PitrBranch found;
        do
        {
            found = Assert.Single(await Site.BranchesAsync());
        }
        while (found.State == PitrBranchState.Ready);

        Assert.Equal((PitrBranchState.Stopped, null), (found.State, found.ConnectionUri));
        await Site.RemoveAsync(branch);
        await Site.AssertNoBranchAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<MinaException> FailsAsync(Func<Task> action) => await Assert.ThrowsAnyAsync<MinaException>(action);

    private static string Password(PitrBranch branch) => new Uri(branch.ConnectionUri!).UserInfo.Split(':')[1];

    private PitrTarget At(int time) => new() { Kind = PitrTargetKind.Time, Time = fixture.Times[time] };

    private Task<PitrBranch> StepAsync(PitrBranch branch, PitrTarget target) =>
        Site.Engine.StepBranchAsync(new() { Name = branch.Name, Target = target }, Site.Observer, PitrSite.Cancel);

    // Logs, records and what the runs told; the branch's own folder holds the password, and nothing else may.
    private async Task<string> EverythingToldAsync()
    {
        var files = Directory.GetFiles(Site.Environment.StateDirectory, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal));
        var texts = await Task.WhenAll(files.Select(path => File.ReadAllTextAsync(path, PitrSite.Cancel)));
        return string.Join('\n', texts.Concat(Site.Observer.Details).Concat(Site.Observer.Warnings));
    }

    private sealed class LateClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
