using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

public sealed class HarmlessBranchTests
{
    private const string Workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type IN ('archiver', 'logical replication launcher', 'logical replication worker', 'walreceiver', 'autoprewarm leader', 'pg_cron launcher')";

    // The library that stands for a scheduler starts a worker of its own as soon as it is loaded, as schedulers do.
    [Fact]
    public async Task A_clone_of_a_live_subscriber_that_archives_disturbs_neither_source_nor_publisher()
    {
        await using var publisher = await EphemeralCluster.StartAsync(
            new EphemeralClusterOptions { Settings = new Dictionary<string, string> { ["wal_level"] = "logical" } }, HostEnvironment.Current(), PitrSite.Cancel);
        await using var site = await PitrSite.StartAsync(new Dictionary<string, string> { ["shared_preload_libraries"] = "pg_prewarm" });
        await PitrSite.SqlAsync(publisher.Target, "CREATE TABLE feed (n int PRIMARY KEY)", "CREATE PUBLICATION everything FOR TABLE feed");
        await site.SqlAsync(
            "CREATE TABLE feed (n int PRIMARY KEY)",
            $"CREATE SUBSCRIPTION live CONNECTION 'host={publisher.Target.Host} port={publisher.Target.Port} user=postgres dbname=postgres' PUBLICATION everything",
            $"ALTER SYSTEM SET primary_conninfo = 'host={publisher.Target.Host} user=postgres'");
        Assert.NotEqual("0", await site.ValueAsync(Workers));
        await FeedAsync(publisher, site, 1);
        await site.BackUpAsync();
        await FeedAsync(publisher, site, 2);
        await site.ArchiveAsync();
        const string Walsender = "SELECT active_pid::text FROM pg_replication_slots WHERE slot_name = 'live'";
        var walsender = await PitrSite.ValueAsync(publisher.Target, Walsender);
        var spooled = Directory.GetFiles(site.SpoolPath).Order(StringComparer.Ordinal).ToList();
        var failures = await site.ValueAsync("SELECT failed_count FROM pg_stat_archiver");

        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Latest });
        await site.SqlBranchAsync(branch, "INSERT INTO feed VALUES (1000)", "SELECT pg_switch_wal()", "CHECKPOINT", "INSERT INTO feed VALUES (1001)", "SELECT pg_switch_wal()", "CHECKPOINT");
        await FeedAsync(publisher, site, 3);

        Assert.Equal("0", await site.ValueAsync(branch, Workers));
        Assert.Equal("live", await site.ValueAsync(branch, "SELECT subname FROM pg_subscription"));
        Assert.Equal("1,2,1000,1001", await site.ValueAsync(branch, "SELECT string_agg(n::text, ',' ORDER BY n) FROM feed"));
        Assert.Equal("", await site.ValueAsync(branch, "SHOW shared_preload_libraries"));
        Assert.Equal("", await site.ValueAsync(branch, "SHOW primary_conninfo"));
        Assert.Equal("0", await site.ValueAsync(branch, "SELECT count(*) FROM pg_replication_slots"));
        Assert.Contains("primary_conninfo", await File.ReadAllTextAsync(Path.Combine(branch.Path!, "data", "postgresql.auto.conf.source"), PitrSite.Cancel), StringComparison.Ordinal);
        Assert.Equal(walsender, await PitrSite.ValueAsync(publisher.Target, Walsender));
        Assert.Equal("1", await PitrSite.ValueAsync(publisher.Target, "SELECT count(*) FROM pg_stat_replication"));
        Assert.Equal("1,2,3", await site.ValueAsync("SELECT string_agg(n::text, ',' ORDER BY n) FROM feed"));
        Assert.Equal(spooled, Directory.GetFiles(site.SpoolPath).Order(StringComparer.Ordinal).Take(spooled.Count));
        Assert.DoesNotContain(Directory.GetFiles(site.SpoolPath), path => Path.GetFileName(path).StartsWith("00000002", StringComparison.Ordinal));
        Assert.Equal(failures, await site.ValueAsync("SELECT failed_count FROM pg_stat_archiver"));
        await site.RemoveAsync(branch);
        await site.SqlAsync("DROP SUBSCRIPTION live");
    }

    [Fact]
    public async Task A_trigger_that_writes_with_every_login_does_not_close_a_read_only_branch()
    {
        // Event triggers fire with logins since PostgreSQL 17.
        await using var site = await PitrSite.StartAsync(programs: NewerServer.RequirePrograms());
        await site.SqlAsync(
            "CREATE TABLE logins (who text)",
            "CREATE FUNCTION note_login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.logins VALUES (session_user); END $$",
            "CREATE EVENT TRIGGER note_login ON login EXECUTE FUNCTION note_login()",
            "ALTER EVENT TRIGGER note_login ENABLE ALWAYS");
        await site.BackUpAsync();
        await site.ArchiveAsync();

        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Latest }, request => request with { ReadOnly = true });

        Assert.NotEqual("0", await site.ValueAsync(branch, "SELECT count(*) FROM logins"));
        await site.RemoveAsync(branch);
    }

    private static async Task FeedAsync(EphemeralCluster publisher, PitrSite site, int n)
    {
        await PitrSite.SqlAsync(publisher.Target, $"INSERT INTO feed VALUES ({n})");
        await Eventually.TrueAsync(async () => await site.ValueAsync($"SELECT count(*) FROM feed WHERE n = {n}") != "0", $"row {n} at the subscriber");
    }
}
