using System.Collections.Concurrent;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalSyncTests
{
    [Fact]
    public async Task What_a_server_archives_reaches_an_encrypted_archive_whole_and_leaves_the_spool()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await EnableAsync(server);
        var start = Lsn.Parse(await server.ScalarAsync<string>("SELECT pg_current_wal_lsn()::text"));
        await FillAsync(server, 3);
        var last = await server.SwitchAsync();
        await UntilSpooledAsync(server, last);

        var result = await SyncAsync(server);

        Assert.Empty(result.Failures);
        Assert.Equal(last, result.LastSegment);
        Assert.True(result.Published >= 3 && result.StoredSize < result.PlainSize);
        Assert.Empty(new WalSpool(server.SpoolPath).List());
        Assert.All(
            Directory.GetFiles(Path.Combine(server.ArchivePath, "wal")),
            path => Assert.True(Path.GetFileName(path) == "archive.json" || File.ReadAllBytes(path)[0] == 0xC3, path));
        using var keys = Keys(server);
        var archive = Open(server, keys);
        var listing = await archive.ListAsync(WalServer.Cancel);
        Assert.Empty(listing.Timeline(1)!.Gaps);
        Assert.Equal(listing.Geometry.EndOf(WalSegmentName.Parse(last)), result.ArchivedTo);
        // Every byte is as the server has it: pg_waldump reads from the start to the end of what was archived.
        var folder = Directory.CreateDirectory(Path.Combine(server.Machine.Root, "fetched")).FullName;
        await archive.FetchAsync(listing.Timeline(1)!.Segments, folder, 2, null, WalServer.Cancel);
        foreach (var path in Directory.GetFiles(folder))
        {
            var live = Path.Combine(server.Cluster.DataDirectory, "pg_wal", Path.GetFileName(path));
            Assert.True(!File.Exists(live) || File.ReadAllBytes(live).SequenceEqual(File.ReadAllBytes(path)), path);
        }

        var dump = await Programs.RunAsync(Path.Combine(server.Cluster.BinDirectory, "pg_waldump"), ["-q", "-p", folder, "-s", start.ToString(), "-e", result.ArchivedTo.ToString()!]);
        Assert.Empty(dump);
        Assert.Equal((0, 0L), ((await SyncAsync(server)).Published, (await SyncAsync(server)).PlainSize));
    }

    [Fact]
    public async Task A_full_archive_is_one_clear_error_and_the_next_run_goes_on_where_it_stopped()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await EnableAsync(server);
        await using var disk = await SmallDisk.MountAsync(Path.Combine(server.Machine.Root, "small"), 12);
        // Random rows do not compress, so that the disk is full before the last segment.
        await server.ExecuteAsync("CREATE TABLE noise AS SELECT i, (SELECT string_agg(md5(random()::text || j || i), '') FROM generate_series(1, 60) j) AS text FROM generate_series(1, 20000) i");
        var last = await server.SwitchAsync();
        await UntilSpooledAsync(server, last);
        var spooled = new WalSpool(server.SpoolPath).List().Count;

        var e = await Assert.ThrowsAsync<StorageException>(() => SyncAsync(server, request => request with { ArchivePath = disk.Path + "/archive", SpoolPath = server.SpoolPath, Jobs = 1 }));

        Assert.Equal("DiskFull", e.ErrorId);
        var left = new WalSpool(server.SpoolPath).List().Count;
        var stored = Directory.GetFiles(disk.Path + "/archive/wal", "*.gpg").Length;
        Assert.Equal(spooled, left + stored);
        Assert.True(left > 0);
        Assert.Empty(Directory.GetFiles(disk.Path + "/archive/wal", "*.partial"));
        await Programs.RunAsync("mount", ["-o", "remount,size=200m", disk.Path]);
        var result = await SyncAsync(server, request => request with { ArchivePath = disk.Path + "/archive", SpoolPath = server.SpoolPath });
        Assert.Equal(left, result.Published);
        Assert.Empty(new WalSpool(server.SpoolPath).List());
    }

    [Fact]
    public async Task One_bad_file_stays_and_is_told_while_the_others_go_on()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await EnableAsync(server);
        await FillAsync(server, 2);
        var last = await server.SwitchAsync();
        await UntilSpooledAsync(server, last);
        var files = new WalSpool(server.SpoolPath).List().OrderBy(file => file.Name.Text, StringComparer.Ordinal).ToList();
        var bad = Path.Combine(server.SpoolPath, files[1].StoredName);
        await using (var file = File.OpenWrite(bad))
        {
            file.SetLength(5000);
        }

        var result = await SyncAsync(server);

        var failure = Assert.Single(result.Failures);
        Assert.Equal((files[1].Name.Text, "WalFileInvalid"), (failure.Name, failure.ErrorId));
        Assert.Equal(files.Count - 1, result.Published);
        Assert.Equal([files[1].Name.Text], new WalSpool(server.SpoolPath).List().Select(file => file.Name.Text));
    }

    [Fact]
    public async Task An_encrypted_archive_takes_no_plaintext_and_a_changed_passphrase_is_told()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await EnableAsync(server);
        await UntilSpooledAsync(server, await server.SwitchAsync());
        await SyncAsync(server);
        await FillAsync(server, 1);
        await UntilSpooledAsync(server, await server.SwitchAsync());

        var e = await Assert.ThrowsAsync<ConfigurationException>(() => SyncAsync(server, request => request with { Protection = new ProtectionRequest { NoEncryption = true } }));
        Assert.Equal("ArchiveEncrypted", e.ErrorId);
        server.Machine.Set("GPG_BACKUP_PASSPHRASE", "another");
        await SyncAsync(server);
        Assert.Contains(server.Observer.Warnings, warning => warning.Contains("another key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_service_has_the_server_end_its_segment_for_a_waiting_commit_and_leaves_an_idle_server_alone()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"), ("archive_timeout", "0"));
        await EnableAsync(server);
        await server.ExecuteAsync("ALTER SYSTEM SET archive_timeout = 0");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await server.ExecuteAsync("CREATE TABLE ledger (id int)");
        var rounds = new ConcurrentQueue<WalSyncResult>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(WalServer.Cancel);
        var service = server.Engine.SyncAsync(
            new WalSyncRequest { Continuous = true, Interval = TimeSpan.FromMilliseconds(100), MaximumExposure = TimeSpan.FromSeconds(2) },
            server.Observer, rounds.Enqueue, stop.Token);

        for (var round = 0; round < 2; round++)
        {
            await server.ExecuteAsync("INSERT INTO ledger VALUES (1)");
            var end = Lsn.Parse(await server.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text"));
            await WalServer.UntilAsync(() => Task.FromResult(rounds.Any(result => result.ArchivedTo >= end)), "the commit in the archive");
        }

        // A checkpoint and the snapshots of running transactions are log, but nothing that anybody could lose.
        await WalServer.UntilAsync(() => Task.FromResult(rounds.Any(result => result.Exposure is not null)), "a measured exposure");
        await server.ExecuteAsync("CHECKPOINT");
        var switches = rounds.Count(result => result.Switched);
        await Task.Delay(TimeSpan.FromSeconds(4), WalServer.Cancel);
        Assert.Equal(switches, rounds.Count(result => result.Switched));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service);
        Assert.Empty(rounds.SelectMany(result => result.Failures));
    }

    [Fact]
    public async Task A_promoted_standby_goes_on_with_the_archive()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await EnableAsync(server);
        await FillAsync(server, 1);
        await using var standby = await WalStandby.StartAsync(server);
        await FillAsync(server, 1);
        // Into the middle of a segment, so that the promotion leaves a partial one behind.
        await server.ExecuteAsync("CREATE TABLE before_promotion AS SELECT generate_series(1, 1000) AS i");
        await standby.CatchUpAsync(Lsn.Parse(await server.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text")));
        // What the primary has not archived when it dies is not the standby's to archive, unless its archive_mode is always.
        await UntilSpooledAsync(server, await server.ScalarAsync<string>("SELECT pg_walfile_name(pg_current_wal_lsn() - 16777216)"));
        await server.Cluster.KillAsync(WalServer.Cancel);
        await standby.PromoteAsync();
        await standby.ExecuteAsync("CREATE TABLE after_promotion AS SELECT generate_series(1, 1000) AS i");
        var last = await standby.ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal() - 1)");
        await UntilSpooledAsync(server, last);

        var result = await SyncAsync(server);

        Assert.Empty(result.Failures);
        using var keys = Keys(server);
        var archive = Open(server, keys);
        var listing = await archive.ListAsync(WalServer.Cancel);
        var history = await archive.ReadHistoryAsync(2, WalServer.Cancel);
        Assert.Equal(1U, history.Parent);
        Assert.Equal(2U, listing.NewestTimeline);
        Assert.Contains(listing.Timeline(1)!.Partials, file => file.Source == WalFileSource.Archive);
        var route = listing.Route(history, listing.Timeline(1)!.Ranges[^1].Start, result.ArchivedTo);
        Assert.False(route.Broken);
        Assert.Equal(last, route.Files[^1].Name.Text);
        Assert.Equal([1U, 2U], route.Files.Select(file => file.Name.Timeline).Distinct());
    }

    internal static Task<WalArchivingInfo> EnableAsync(WalServer server) =>
        server.Engine.EnableArchivingAsync(new WalArchivingRequest(), server.Observer, WalServer.Cancel);

    internal static Task<WalSyncResult> SyncAsync(WalServer server, Func<WalSyncRequest, WalSyncRequest>? change = null)
    {
        var request = new WalSyncRequest();
        return server.Engine.SyncAsync(change?.Invoke(request) ?? request, server.Observer, _ => { }, WalServer.Cancel);
    }

    internal static Task UntilSpooledAsync(WalServer server, string segment) =>
        WalServer.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(server.SpoolPath, segment))), $"{segment} in the spool");

    /// <summary>Fills some segments.</summary>
    internal static async Task FillAsync(WalServer server, int segments)
    {
        for (var i = 0; i < segments; i++)
        {
            await server.ExecuteAsync($"CREATE TABLE fill_{Guid.NewGuid():N} AS SELECT i, repeat(md5(i::text), 4) AS text FROM generate_series(1, 20000) i");
            await server.SwitchAsync();
        }
    }

    internal static KeyRing Keys(WalServer server) => KeyRing.Create(new KeyRequest(), server.Machine.Environment);

    internal static WalArchive Open(WalServer server, KeyRing keys) =>
        WalArchive.Open(WalArchivePlace.Resolve(null, null, server.Machine.Environment), new BackupStoreFactory(server.Machine.Environment), keys);
}
