using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalStatusTests
{
    [Fact]
    public async Task A_healthy_archive_tells_its_window_its_lag_and_nothing_else()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await WalSyncTests.EnableAsync(server);
        await WalSyncTests.FillAsync(server, 1);
        var backup = await MakeBaseAsync(server);
        await server.ExecuteAsync("CREATE TABLE ledger (id int)");
        await server.ExecuteAsync("INSERT INTO ledger VALUES (1)");
        var committed = await server.ScalarAsync<DateTime>("SELECT clock_timestamp()");
        await WalSyncTests.UntilSpooledAsync(server, await server.SwitchAsync());
        await WalSyncTests.SyncAsync(server);

        var info = await DescribeAsync(server);

        Assert.Empty(info.Problems);
        Assert.Equal(WalArchiveState.Healthy, info.State);
        Assert.Equal((backup.Name, backup.StopLsn, backup.EndedAt), (info.Window!.BaseBackup, info.Window.From, info.Window.FromTime));
        Assert.InRange(info.Window.ToTime!.Value.UtcDateTime, info.Window.FromTime!.Value.UtcDateTime, committed);
        Assert.Equal(info.ArchivedTo, info.Window.To);
        Assert.Equal(TimeSpan.Zero, info.LagTime);
        Assert.InRange(info.LagBytes!.Value, 0, 16 << 20);
        Assert.True(info is { LagIsEstimate: false, SpooledFiles: 0, Archiver: { Failing: false, ArchivedCount: > 0, WaitingFiles: 0 }, PgWalSize: > 0 });
        Assert.Equal(server.Cluster.Target.Server, info.Server);

        // A commit that the archive does not have is a lag of its age, wherever its segment lies.
        await server.ExecuteAsync("INSERT INTO ledger VALUES (2)");
        await server.ExecuteAsync("SELECT pg_sleep(1.1)");
        var behind = await DescribeAsync(server, request => request with { MaximumLag = TimeSpan.FromSeconds(1) });
        Assert.True(behind.LagTime > TimeSpan.FromSeconds(1) && behind.LagBytes > 0 && !behind.LagIsEstimate);
        Assert.Equal(WalArchiveState.Behind, behind.State);
        await WalSyncTests.UntilSpooledAsync(server, await server.SwitchAsync());
        Assert.True((await DescribeAsync(server)) is { SpooledFiles: 1, LagTime.Ticks: > 0 });
    }

    [Fact]
    public async Task A_failing_archive_command_is_told_long_before_pg_wal_fills()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await WalSyncTests.EnableAsync(server);
        await using var disk = await SmallDisk.MountAsync(Path.Combine(server.Machine.Root, "small"), 20);
        await Programs.RunAsync("chmod", ["755", disk.Path]);
        var spool = Path.Combine(disk.Path, "spool");
        await server.Engine.EnableArchivingAsync(new WalArchivingRequest { SpoolPath = spool }, server.Observer, WalServer.Cancel);
        // One segment fits into the spool, two do not.
        await WalSyncTests.FillAsync(server, 1);
        await WalServer.UntilAsync(async () => await server.ScalarAsync<long>("SELECT archived_count FROM pg_stat_archiver") > 0, "the first segment");
        await WalSyncTests.FillAsync(server, 1);
        await WalServer.UntilAsync(async () => await server.ScalarAsync<long>("SELECT failed_count FROM pg_stat_archiver") > 0, "the first failure");

        var info = await DescribeAsync(server, request => request with { SpoolPath = spool });

        Assert.Equal(WalArchiveState.Failing, info.State);
        var problem = info.Problems[0];
        Assert.Contains(info.Archiver!.LastFailed!, problem.Message, StringComparison.Ordinal);
        Assert.Contains("spool", problem.RecommendedAction, StringComparison.Ordinal);
        Assert.True(info.Archiver is { Failing: true, WaitingFiles: > 0 });
        // Nothing of the failed copies remains, and the server has only begun to keep WAL.
        Assert.DoesNotContain(Directory.GetFiles(spool), path => path.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.InRange(info.PgWalSize!.Value, 1, 128 << 20);

        // Once there is room it goes on by itself, and Get says so.
        await Programs.RunAsync("mount", ["-o", "remount,size=200m", disk.Path]);
        await WalServer.UntilAsync(async () => !(await DescribeAsync(server, request => request with { SpoolPath = spool })).Archiver!.Failing, "archiving to go on");
    }

    [Fact]
    public async Task A_gap_names_the_first_missing_segment_and_cuts_the_window()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        await WalSyncTests.EnableAsync(server);
        await WalSyncTests.FillAsync(server, 1);
        var first = await MakeBaseAsync(server);
        await WalSyncTests.FillAsync(server, 4);
        await WalSyncTests.UntilSpooledAsync(server, await server.SwitchAsync());
        await WalSyncTests.SyncAsync(server);
        var second = await MakeBaseAsync(server);
        await WalSyncTests.UntilSpooledAsync(server, await server.SwitchAsync());
        await WalSyncTests.SyncAsync(server);
        var geometry = new WalGeometry(16 << 20);
        var missing = geometry.NameOf(1, geometry.NumberAt(first.StopLsn!.Value) + 2);
        File.Delete(Path.Combine(server.ArchivePath, "wal", missing + ".gz.gpg"));

        var info = await DescribeAsync(server);

        Assert.Equal(WalArchiveState.Gap, info.State);
        var gap = Assert.Single(info.Gaps);
        Assert.Equal((missing.ToString(), 1L, true), (gap.FirstMissing, gap.Segments, gap.BehindBaseBackup));
        Assert.Contains(info.Problems, problem => problem.Message.Contains(missing.ToString(), StringComparison.Ordinal));
        Assert.Equal(
            [(first.Name, geometry.StartOf(missing), missing.ToString()), (second.Name, info.ArchivedTo!.Value, geometry.NameAt(1, info.ArchivedTo.Value).ToString())],
            info.Timelines[0].Windows.Select(window => (window.BaseBackup, window.To, window.NextSegment)));
        Assert.Equal(second.Name, info.Window!.BaseBackup);
    }

    [Fact]
    public async Task Without_key_server_or_base_backup_what_can_be_told_is_told()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"));
        var empty = await DescribeAsync(server, request => request with { ArchivePath = Path.Combine(server.Machine.Root, "nowhere") });
        Assert.Contains(empty.Problems, problem => problem.Message.Contains("empty", StringComparison.Ordinal));

        await WalSyncTests.EnableAsync(server);
        await WalSyncTests.FillAsync(server, 1);
        await WalSyncTests.UntilSpooledAsync(server, await server.SwitchAsync());
        await WalSyncTests.SyncAsync(server);
        server.Machine.Set("GPG_BACKUP_PASSPHRASE", null).Set("DATABASE_URL", null);
        var info = await DescribeAsync(server);
        Assert.True(info is { Server: null, LagBytes: null, Window: null, State: WalArchiveState.Limited, SegmentSize: 16 << 20 });
        Assert.NotEmpty(info.Timelines);

        await server.Cluster.StopAsync(WalServer.Cancel);
        var away = await DescribeAsync(server, request => request with { Database = server.Uri });
        Assert.Contains(away.Problems, problem => problem.ErrorId == "ServerUnreachable");
    }

    [Fact]
    public async Task A_receiver_that_is_away_is_told_with_what_the_server_keeps_for_it()
    {
        await using var server = await WalServer.StartAsync();
        await server.Engine.ReceiveAsync(new WalReceiverRequest { Once = true }, server.Observer, _ => { }, WalServer.Cancel);
        await WalSyncTests.SyncAsync(server);
        await WalSyncTests.FillAsync(server, 2);

        var info = await DescribeAsync(server);

        Assert.Equal(WalArchiveState.Failing, info.State);
        var slot = Assert.Single(info.Slots);
        Assert.True(slot is { Active: false, Name: "mina_wal", RetainedBytes: > 16 << 20 });
        Assert.Contains(info.Problems, problem => problem.Message.Contains("mina_wal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_end_of_a_partial_segment_is_told_to_the_byte()
    {
        await using var server = await WalServer.StartAsync(("synchronous_commit", "on"));
        await server.ExecuteAsync("CREATE TABLE ledger (id int)");
        for (var i = 0; i < 3; i++)
        {
            await server.ExecuteAsync($"INSERT INTO ledger SELECT generate_series(1, {7 + (i * 50)})");
            var flushed = Lsn.Parse(await server.ScalarAsync<string>("SELECT pg_current_wal_flush_lsn()::text"));
            await server.Engine.ReceiveAsync(new WalReceiverRequest { Once = true }, server.Observer, _ => { }, WalServer.Cancel);
            await WalSyncTests.SyncAsync(server);

            var info = await DescribeAsync(server);

            Assert.True(info.ArchivedTo >= flushed, $"{info.ArchivedTo} < {flushed}");
            Assert.True(info.ArchivedTo <= info.CurrentLsn, $"{info.ArchivedTo} > {info.CurrentLsn}");
            Assert.Equal(TimeSpan.Zero, info.LagTime);
        }
    }

    private static Task<WalArchiveInfo> DescribeAsync(WalServer server, Func<WalStatusRequest, WalStatusRequest>? change = null)
    {
        var request = new WalStatusRequest();
        return server.Engine.DescribeAsync(change?.Invoke(request) ?? request, server.Observer, WalServer.Cancel);
    }

    private static async Task<BaseBackupInfo> MakeBaseAsync(WalServer server) =>
        (await new PitrEngine(server.Machine.Environment, TimeProvider.System).BackUpBaseAsync(
            new Mina.Backup.Engine.Requests.BaseBackupRequest { SkipVerification = true }, server.Observer, WalServer.Cancel));
}
