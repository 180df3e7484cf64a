using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

public sealed class TimelineTests
{
    private static readonly PitrTarget Latest = new() { Kind = PitrTargetKind.Latest };

    [Fact]
    public async Task Branches_from_both_sides_of_a_promotion_and_from_the_way_that_was_left()
    {
        await using var site = await PitrSite.StartAsync();
        await site.SqlAsync("CREATE TABLE rows (n int)");
        await site.BackUpAsync();
        await site.SqlAsync("INSERT INTO rows VALUES (1)");
        await using var standby = await Standby.StartAsync(site);
        await site.SqlAsync("INSERT INTO rows VALUES (2)");
        var before = Lsn.Parse(await site.ValueAsync("SELECT pg_current_wal_insert_lsn()"));
        await standby.WaitForAsync(before);
        await PitrSite.SqlAsync(standby.Target, "SELECT pg_promote()");
        // From here on there are two servers that archive into one place: the old one goes on for a while on the timeline that was left.
        await site.SqlAsync("INSERT INTO rows VALUES (10)");
        await site.ArchiveAsync();
        await PitrSite.SqlAsync(standby.Target, "INSERT INTO rows VALUES (20)", "CREATE TABLE archive_marker_two (n int)");
        await standby.ArchiveAsync(site);
        await site.PublishAsync();

        await ExpectAsync(site, Latest, "1,2,20", 2);
        await ExpectAsync(site, Latest with { Timeline = 1 }, "1,2,10", 1);
        await ExpectAsync(site, new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = before }, "1,2", 1);
        await ExpectAsync(site, new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = before, Timeline = 1 }, "1,2", 1);

        var second = await site.Engine.BackUpBaseAsync(new() { Database = standby.Target.ToUri() }, site.Observer, PitrSite.Cancel);
        Assert.Equal(2u, second.Timeline);
        await PitrSite.SqlAsync(standby.Target, "INSERT INTO rows VALUES (21)");
        await standby.ArchiveAsync(site);
        await ExpectAsync(site, Latest, "1,2,20,21", 2, second.Name);
        await ExpectAsync(site, Latest with { Timeline = 1 }, "1,2,10", 1);
        await site.AssertNoBranchAsync();
    }

    private static async Task ExpectAsync(PitrSite site, PitrTarget target, string rows, uint timeline, string? baseBackup = null)
    {
        var branch = await site.BranchAsync(target);
        Assert.Equal(rows, await site.ValueAsync(branch, "SELECT string_agg(n::text, ',' ORDER BY n) FROM rows"));
        Assert.Equal(timeline, branch.Reached!.Timeline);
        Assert.Equal(baseBackup ?? branch.BaseBackup, branch.BaseBackup);
        await site.RemoveAsync(branch);
    }

    /// <summary>A standby of the site's source that archives into the same spool once it is promoted.</summary>
    private sealed class Standby : IAsyncDisposable
    {
        private readonly ServerAccount account = new();
        private readonly string folder;
        private readonly string bin;

        private Standby(string folder, string bin)
        {
            this.folder = folder;
            this.bin = bin;
        }

        public ConnectionTarget Target => new() { Host = folder, Port = 5499, Database = "postgres", Username = "postgres" };

        public static async Task<Standby> StartAsync(PitrSite site)
        {
            var folder = Path.Combine(Path.GetDirectoryName(site.Source.DataDirectory)!, "standby");
            var standby = new Standby(folder, site.Source.BinDirectory);
            await standby.account.RunAsync("/bin/mkdir", ["-m", "700", folder], null, PitrSite.Cancel);
            await standby.account.RunAsync(
                Path.Combine(standby.bin, "pg_basebackup"),
                ["-h", site.Source.Target.Host, "-p", "5432", "-U", "postgres", "-D", Path.Combine(folder, "data"), "-R", "-X", "stream", "-c", "fast"],
                null,
                PitrSite.Cancel);
            await standby.account.RunAsync(
                Path.Combine(standby.bin, "pg_ctl"),
                ["start", "-w", "-s", "-D", Path.Combine(folder, "data"), "-l", Path.Combine(folder, "log"), "-o", $"-p 5499 -k {folder}"],
                null,
                PitrSite.Cancel);
            return standby;
        }

        public Task WaitForAsync(Lsn lsn) => Eventually.TrueAsync(
            async () => await PitrSite.ValueAsync(Target, $"SELECT pg_last_wal_replay_lsn() >= '{lsn}'") == "True", $"the standby at {lsn}");

        public async Task ArchiveAsync(PitrSite site)
        {
            await PitrSite.SqlAsync(Target, "INSERT INTO archive_marker_two VALUES (1)");
            var segment = await PitrSite.ValueAsync(Target, "SELECT pg_walfile_name(pg_switch_wal() - 1)");
            await Eventually.TrueAsync(() => File.Exists(Path.Combine(site.SpoolPath, segment)), $"segment {segment} in the spool");
        }

        public async ValueTask DisposeAsync() =>
            await account.RunAsync(Path.Combine(bin, "pg_ctl"), ["stop", "-m", "immediate", "-w", "-s", "-D", Path.Combine(folder, "data")], null, CancellationToken.None);
    }
}
