using System.Collections.Concurrent;
using System.Diagnostics;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalReceiverTests
{
    private static readonly WalReceiverRequest Request = new();

    [Fact]
    public async Task Once_receives_what_the_server_has_and_the_next_run_goes_on_from_there()
    {
        await using var server = await WalServer.StartAsync();
        for (var run = 0; run < 2; run++)
        {
            await WalSyncTests.FillAsync(server, 1);
            await server.ExecuteAsync($"CREATE TABLE ledger_{run} AS SELECT generate_series(1, 5000) AS i; CHECKPOINT");
            var flushed = Lsn.Parse(await server.ScalarAsync<string>("SELECT pg_current_wal_flush_lsn()::text"));

            var status = await ReceiveOnceAsync(server);

            Assert.Equal(WalReceiverState.Stopped, status.State);
            var result = await WalSyncTests.SyncAsync(server);
            Assert.Empty(result.Failures);
            // Without a watch over the receiver the last record's zeros count as not there.
            Assert.InRange(flushed - status.ReceivedTo!.Value, -8192, 64);
            Assert.InRange(flushed - result.ArchivedTo!.Value, -8192, 64);
        }

        Assert.Equal("physical", await server.ScalarAsync<string>("SELECT slot_type FROM pg_replication_slots WHERE slot_name = 'mina_wal'"));
        await AssertContinuousAsync(server);
    }

    [Fact]
    public async Task A_killed_receiver_is_started_again_and_the_slot_leaves_no_gap()
    {
        await using var server = await WalServer.StartAsync();
        await using var receiver = new RunningReceiver(server);
        await receiver.UntilAsync(WalReceiverState.Streaming);
        for (var kill = 0; kill < 2; kill++)
        {
            await WalSyncTests.FillAsync(server, 1);
            var streaming = receiver.States.Count(status => status.State == WalReceiverState.Streaming);
            using (var process = Process.GetProcessById(receiver.Last.ProcessId!.Value))
            {
                process.Kill();
            }

            await WalSyncTests.FillAsync(server, 1);
            await WalServer.UntilAsync(
                () => Task.FromResult(receiver.States.Count(status => status.State == WalReceiverState.Streaming) > streaming),
                () => "the receiver to stream again; it told: " + string.Join("; ", receiver.States.Select(status => $"{status.State} {status.Problem}")));
            await WalSyncTests.SyncAsync(server);
        }

        var waited = receiver.States.First(status => status.State == WalReceiverState.Waiting);
        Assert.Equal(("ToolKilled", 1), (waited.ErrorId, waited.Restarts));
        Assert.True(waited.NextAttemptAt > waited.Since);
        await WalSyncTests.FillAsync(server, 1);
        var end = Lsn.Parse(await server.ScalarAsync<string>("SELECT pg_current_wal_flush_lsn()::text"));
        await WalServer.UntilAsync(() => Task.FromResult(ReceiverSpool.ReceivedTo(server.SpoolPath) >= end), "the rest of the log");
        await receiver.StopAsync();
        Assert.Equal(WalReceiverState.Stopped, receiver.Last.State);
        Assert.Equal(0L, await server.ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication"));
        await WalSyncTests.SyncAsync(server);
        await AssertContinuousAsync(server);
    }

    [Fact]
    public async Task A_segment_that_was_still_being_filled_with_zeros_when_its_receiver_was_killed_stops_no_other()
    {
        await using var server = await WalServer.StartAsync();
        await using (var first = new RunningReceiver(server))
        {
            await first.UntilAsync(WalReceiverState.Streaming);
            await first.StopAsync();
        }

        var partial = Directory.GetFiles(server.SpoolPath, "*.partial").Max()!;
        var name = WalSegmentName.Parse(Path.GetFileName(partial)[..24]);
        var unfinished = Path.Combine(server.SpoolPath, (name with { Low = name.Low + 1 }) + ".partial");
        await File.WriteAllBytesAsync(unfinished, new byte[8192 * 5], TestContext.Current.CancellationToken);

        await using var second = new RunningReceiver(server);
        await second.UntilAsync(WalReceiverState.Streaming);
        await second.StopAsync();
        Assert.DoesNotContain(second.States, status => status.State == WalReceiverState.Waiting);
    }

    [Fact]
    public async Task The_service_keeps_a_commit_waiting_only_for_moments_while_a_receiver_streams()
    {
        await using var server = await WalServer.StartAsync();
        await using var receiver = new RunningReceiver(server);
        await receiver.UntilAsync(WalReceiverState.Streaming);
        await server.ExecuteAsync("CREATE TABLE ledger (id int)");
        var rounds = new ConcurrentQueue<WalSyncResult>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(WalServer.Cancel);
        var service = server.Engine.SyncAsync(
            new WalSyncRequest { Continuous = true, Interval = TimeSpan.FromMilliseconds(200), MaximumExposure = TimeSpan.FromMinutes(5) }, server.Observer, rounds.Enqueue, stop.Token);
        for (var i = 0; i < 3; i++)
        {
            await server.ExecuteAsync("INSERT INTO ledger VALUES (1)");
            var end = Lsn.Parse(await server.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text"));
            await WalServer.UntilAsync(() => Task.FromResult(rounds.Any(result => result.ArchivedTo >= end)), "the commit in the archive");
        }

        await WalServer.UntilAsync(() => Task.FromResult(rounds.Any(result => result.Exposure is not null)), "a measured exposure");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service);
        // No segment had to be ended for it: the running one is published as it grows.
        Assert.DoesNotContain(rounds, result => result.Switched || result.Failures.Count > 0);
        Assert.Contains(Directory.GetFiles(Path.Combine(server.ArchivePath, "wal")), path => path.EndsWith(".partial.gz.gpg", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_limit_the_operator_is_warned_and_with_one_the_server_has_it()
    {
        await using var server = await WalServer.StartAsync();
        await ReceiveOnceAsync(server);
        Assert.Contains(server.Observer.Warnings, warning => warning.Contains("max_slot_wal_keep_size", StringComparison.Ordinal));

        await ReceiveOnceAsync(server, Request with { MaximumSlotSize = 256L << 20 });
        Assert.Equal("256MB", await server.ScalarAsync<string>("SHOW max_slot_wal_keep_size"));
    }

    [Fact]
    public async Task Where_ALTER_SYSTEM_is_not_allowed_a_limit_that_is_set_will_do_and_another_is_an_error()
    {
        // allow_alter_system came with PostgreSQL 17.
        await using var server = await WalServer.StartNewerAsync();
        await File.AppendAllTextAsync(
            Path.Combine(server.Cluster.DataDirectory, "postgresql.auto.conf"), "max_slot_wal_keep_size = '256MB'\nallow_alter_system = off\n", WalServer.Cancel);
        await server.RestartAsync();

        await ReceiveOnceAsync(server, Request with { MaximumSlotSize = 256L << 20 });
        var error = await Assert.ThrowsAsync<ServerException>(() => ReceiveOnceAsync(server, Request with { MaximumSlotSize = 512L << 20 }));

        Assert.Equal("SettingNotApplied", error.ErrorId);
        Assert.Contains("max_slot_wal_keep_size = '512MB'", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_lost_wal_ends_the_receiver_with_what_to_do()
    {
        await using var server = await WalServer.StartAsync(("max_slot_wal_keep_size", "1MB"), ("min_wal_size", "32MB"), ("max_wal_size", "32MB"), ("wal_keep_size", "0"));
        await ReceiveOnceAsync(server);
        await WalSyncTests.FillAsync(server, 6);
        await server.ExecuteAsync("CHECKPOINT");
        await WalServer.UntilAsync(
            async () => await server.ScalarAsync<string>("SELECT wal_status FROM pg_replication_slots") == "lost", "the slot to be lost");

        var e = await Assert.ThrowsAsync<ServerException>(() => server.Engine.ReceiveAsync(Request, server.Observer, _ => { }, WalServer.Cancel));

        Assert.Equal("SlotLost", e.ErrorId);
        Assert.Contains("base backup", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_receiver_of_the_same_spool_is_refused()
    {
        await using var server = await WalServer.StartAsync();
        await using var receiver = new RunningReceiver(server);
        await receiver.UntilAsync(WalReceiverState.Streaming);

        var e = await Assert.ThrowsAsync<StorageException>(() => ReceiveOnceAsync(server));

        Assert.Equal("ReceiverRunning", e.ErrorId);
    }

    [Fact]
    public async Task A_receiver_does_not_outlive_a_supervisor_that_was_killed()
    {
        await using var server = await WalServer.StartAsync();
        using var supervisor = Programs.Start("dotnet", [EngineRunner.Path], EngineRunner.Variables(server, "receive"));
        while (await supervisor.StandardOutput.ReadLineAsync(WalServer.Cancel) is { } line && !line.StartsWith("Streaming", StringComparison.Ordinal))
        {
        }

        supervisor.Kill();
        await supervisor.WaitForExitAsync(WalServer.Cancel);
        await WalServer.UntilAsync(async () => await server.ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication") == 0, "the orphan to end");

        // The slot is free for the next one, which goes on without a gap.
        await WalSyncTests.FillAsync(server, 1);
        await ReceiveOnceAsync(server);
        await WalSyncTests.SyncAsync(server);
        await AssertContinuousAsync(server);
    }

    [Fact]
    public async Task A_server_that_is_away_is_tried_again_and_once_is_an_error()
    {
        await using var server = await WalServer.StartAsync();
        await ReceiveOnceAsync(server);
        await server.Cluster.StopAsync(WalServer.Cancel);
        Assert.Equal("ServerUnreachable", (await Assert.ThrowsAsync<ServerException>(() => ReceiveOnceAsync(server))).ErrorId);

        await using var receiver = new RunningReceiver(server);
        await receiver.UntilAsync(WalReceiverState.Waiting);
        Assert.Equal("ServerUnreachable", receiver.Last.ErrorId);
        await server.Cluster.RestartAsync(WalServer.Cancel);
        await receiver.UntilAsync(WalReceiverState.Streaming);
        Assert.Null(receiver.Last.ErrorId);
    }

    private static Task<WalReceiverStatus> ReceiveOnceAsync(WalServer server, WalReceiverRequest? request = null) =>
        server.Engine.ReceiveAsync((request ?? Request) with { Once = true }, server.Observer, _ => { }, WalServer.Cancel);

    /// <summary>Every segment of the archive follows on the one before, and pg_waldump reads through all of them.</summary>
    private static async Task AssertContinuousAsync(WalServer server)
    {
        using var keys = WalSyncTests.Keys(server);
        var archive = WalSyncTests.Open(server, keys);
        var listing = await archive.ListAsync(WalServer.Cancel);
        var timeline = listing.Timeline(1)!;
        Assert.Empty(timeline.Gaps);
        var folder = Directory.CreateDirectory(Path.Combine(server.Machine.Root, "fetched")).FullName;
        var route = listing.Route(TimelineHistory.Root(1), timeline.Ranges[0].Start, null);
        await archive.FetchAsync(route.Files, folder, 2, null, WalServer.Cancel);
        var segments = route.Files.Where(file => file.Name.Kind == WalFileKind.Segment).ToList();
        var dump = await Programs.TryAsync(
            Path.Combine(server.Cluster.BinDirectory, "pg_waldump"),
            ["-q", "-p", folder, segments[0].Name.Text, segments[^1].Name.Text]);
        Assert.True(dump.ExitCode == 0 && dump.Errors.Length == 0, dump.Errors);
    }

    /// <summary>A receiver under supervision, and what it told.</summary>
    private sealed class RunningReceiver : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(WalServer.Cancel);
        private readonly Task<WalReceiverStatus> running;

        public RunningReceiver(WalServer server) => running = server.Engine.ReceiveAsync(Request, server.Observer, States.Enqueue, stop.Token);

        public ConcurrentQueue<WalReceiverStatus> States { get; } = new();

        public WalReceiverStatus Last => States.Last();

        public async Task UntilAsync(WalReceiverState state)
        {
            await WalServer.UntilAsync(() => Task.FromResult(running.IsCompleted || (!States.IsEmpty && Last.State == state)), $"the receiver to be {state}");
            Assert.False(running.IsFaulted, running.Exception?.InnerException?.Message);
        }

        public async Task StopAsync()
        {
            await stop.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            stop.Dispose();
        }
    }
}
