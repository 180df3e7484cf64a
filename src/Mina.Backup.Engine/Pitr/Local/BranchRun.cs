using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>One run that makes a branch, or takes one forward: plan, unpack, replay, open.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class BranchRun : IAsyncDisposable
{
    private const int StartAttempts = 5;

    private readonly BranchFolder folder;
    private readonly ServerAccount account;
    private readonly ServerOwner owner;
    private readonly IBackupStore bases;
    private readonly WalArchive archive;
    private readonly KeyRing keys;
    private readonly ClientTools tools;
    private readonly Func<int> freePort;
    private readonly RunContext context;
    private readonly BranchServer server;
    private readonly List<PhaseTiming> phases = [];

    private BranchRun(
        BranchFolder folder, ServerAccount account, ServerOwner owner, IBackupStore bases, WalArchive archive, KeyRing keys, ClientTools tools,
        Func<int> freePort, RunContext context)
    {
        this.folder = folder;
        this.account = account;
        this.owner = owner;
        this.bases = bases;
        this.archive = archive;
        this.keys = keys;
        this.tools = tools;
        this.freePort = freePort;
        this.context = context;
        server = new BranchServer(account, folder);
    }

    /// <summary>Opens the archive for a run.</summary>
    public static async Task<BranchRun> OpenAsync(
        WalArchivePlace place, KeyRequest keys, BranchFolder folder, IBackupStoreFactory stores, ClientTools tools, Func<int> freePort, RunContext context,
        CancellationToken cancellationToken)
    {
        var account = new ServerAccount();
        var owner = await ServerOwner.FindAsync(account, cancellationToken);
        var ring = KeyRing.Create(keys, context.Environment);
        return new BranchRun(folder, account, owner, stores.Open(place.BaseLocation), WalArchive.Open(place, stores, ring), ring, tools, freePort, context);
    }

    /// <summary>Makes the branch's folder.</summary>
    public Task MakeFolderAsync(CancellationToken cancellationToken) => BranchPlace.MakeAsync(folder, account, owner, cancellationToken);

    /// <summary>Makes the branch.</summary>
    public async Task<BranchRecord> CreateAsync(PitrBranchRequest request, BranchRecord record, CancellationToken cancellationToken)
    {
        var started = context.Clock.GetTimestamp();
        var plan = await TimeAsync("Plan", "Planning", () => Planner().PlanAsync(request.Target, request.BaseBackup, request.ReadOnly, cancellationToken));
        context.Verbose($"Branch {record.Branch.Name} at {request.Target}: base backup {plan.Base.Name}, timeline {plan.History.Timeline}, up to {plan.Segments.Count} segments from {plan.From}.");
        var program = await FindServerAsync(plan.Base, cancellationToken);
        var bin = Path.GetDirectoryName(program.Path)!;
        await MakeDataAsync(plan.Base, cancellationToken);
        var control = await ControlData.ReadAsync(account, bin, folder.Data, cancellationToken);
        var configuration = new BranchConfiguration(folder, owner, plan.Base, control);
        var replayed = context.Clock.GetTimestamp();
        var port = await TimeAsync("Replay", "Starting", () => ReplayAsync(new Replay(plan, request.Target, configuration, bin, request.ReadOnly, request.Settings), cancellationToken));
        var replay = context.Clock.GetElapsedTime(replayed);
        cancellationToken.ThrowIfCancellationRequested();
        var opened = await TimeAsync("Open", "Opening", () => OpenBranchAsync(plan, port, request.ReadOnly, request.Database, cancellationToken));
        // The last moment at which the run can be stopped and leave nothing.
        cancellationToken.ThrowIfCancellationRequested();
        return record with
        {
            BinDirectory = bin,
            Branch = record.Branch with
            {
                State = request.ReadOnly ? PitrBranchState.Paused : PitrBranchState.Ready,
                Reached = opened.Reached,
                Port = port,
                Database = opened.Database,
                Username = plan.Base.Superuser,
                ServerVersion = program.VersionText,
                BaseBackup = plan.Base.Name,
                DataSize = BranchSize.Measure(folder.Data) + BranchSize.Measure(folder.Tablespaces),
                ReplayDuration = replay,
                ReplayedBytes = Math.Max(0, opened.Reached.Lsn - plan.From),
                Duration = context.Clock.GetElapsedTime(started),
                Phases = phases,
            },
        };
    }

    /// <summary>Takes a paused branch forward.</summary>
    public async Task<BranchRecord> StepAsync(BranchRecord record, PitrTarget target, CancellationToken cancellationToken)
    {
        var started = context.Clock.GetTimestamp();
        var bin = record.BinDirectory!;
        var before = record.Branch.Reached!;
        var manifest = await new BaseBackupCatalog(bases).FindAsync(record.Branch.BaseBackup!, cancellationToken);
        var running = await ControlData.ReadAsync(account, bin, folder.Data, cancellationToken);
        // Planned before the server stops: a point that cannot be reached leaves the branch as it is.
        await TimeAsync("Plan", "Planning", () => RehearseAsync(target, before, running.Redo, manifest, cancellationToken));
        await server.StopAsync(bin, cancellationToken);
        // Stopping writes a restart point, from which the replay goes on. From here on the run is not to be broken off half way.
        var control = await ControlData.ReadAsync(account, bin, folder.Data, CancellationToken.None);
        var plan = await Planner().PlanStepAsync(target, before, control.Redo, manifest, CancellationToken.None);
        var configuration = new BranchConfiguration(folder, owner, manifest, control);
        var replayed = context.Clock.GetTimestamp();
        var port = await TimeAsync("Replay", "Starting", () => ReplayAsync(new Replay(plan, target, configuration, bin, ReadOnly: true, record.Settings), CancellationToken.None));
        var replay = context.Clock.GetElapsedTime(replayed);
        var reached = await ReadReachedAsync(plan, server.SocketTarget(port, manifest.Superuser), CancellationToken.None);
        return record with
        {
            Branch = record.Branch with
            {
                Target = target,
                Reached = reached,
                Port = port,
                ReplayDuration = replay,
                ReplayedBytes = Math.Max(0, reached.Lsn - before.Lsn),
                Duration = context.Clock.GetElapsedTime(started),
                Phases = phases,
            },
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        keys.Dispose();
        return ValueTask.CompletedTask;
    }

    // A point that does not exist, or WAL that does not open, is found here, while the branch is still at its old point.
    private async Task<bool> RehearseAsync(PitrTarget target, PitrPoint before, Lsn redo, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var plan = await Planner().PlanStepAsync(target, before, redo, manifest, cancellationToken);
        await Parallel.ForEachAsync(plan.Segments, cancellationToken, async (segment, token) =>
        {
            await foreach (var _ in archive.ReadAsync(segment, token))
            {
                // Read to its end, all that can be checked of it is.
            }
        });
        return true;
    }

    private RecoveryPlanner Planner() => new(new BaseBackupCatalog(bases), archive, ScannerAsync, context.Clock);

    private async Task<WalRecordScan> ScannerAsync(BaseBackupManifest manifest, CancellationToken cancellationToken) =>
        new(archive, await FindSameMajorAsync("pg_waldump", manifest, cancellationToken), Path.Combine(folder.Root, "scan"), new WalGeometry(manifest.SegmentSize));

    private Task<ClientTool> FindServerAsync(BaseBackupManifest manifest, CancellationToken cancellationToken) => FindSameMajorAsync("postgres", manifest, cancellationToken);

    // Data files and WAL are those of one major version.
    private async Task<ClientTool> FindSameMajorAsync(string program, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var tool = await tools.FindAsync(program, manifest.Major, cancellationToken);
        return tool.Version.Major == manifest.Major
            ? tool
            : throw new ToolException(
                ErrorCatalog.ToolMissing,
                string.Create(CultureInfo.InvariantCulture, $"{program} of PostgreSQL {manifest.Major} is not installed, and the base backup is of that version."),
                new ErrorContext { Target = program, Action = string.Create(CultureInfo.InvariantCulture, $"Install the server programs of PostgreSQL {manifest.Major}, or set MINA_PG_BIN to their folder.") });
    }

    private async Task<bool> UnpackAsync(BaseBackupManifest manifest, BranchFolder into, Action<long> report, CancellationToken cancellationToken)
    {
        try
        {
            var index = await BaseIndexFile.ReadAsync(bases, manifest, keys, cancellationToken);
            var unpacker = new BaseUnpacker(bases, keys, owner, Environment.ProcessorCount);
            await unpacker.RunAsync(manifest, index, into, report, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BranchErrors.FromStorage(e, into.Data);
        }
    }

    /// <summary>Replays to the point and returns the port that the server listens on.</summary>
    private async Task<int> ReplayAsync(Replay replay, CancellationToken cancellationToken)
    {
        var feed = new WalFeed(archive, folder, owner, Environment.ProcessorCount);
        var listing = await archive.ListAsync(cancellationToken);
        await feed.PrepareAsync(replay.Plan.Segments, listing.Files.Where(file => file.Name.Kind == WalFileKind.History), cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var size = replay.Plan.Base.SegmentSize;
        var feeding = feed.RunAsync(replay.Plan.Segments, taken => Report("Replaying", taken * size, null), stop.Token);
        var serving = ServeAsync(replay, feed, stop.Token);
        try
        {
            if (await Task.WhenAny(feeding, serving) == feeding)
            {
                await feeding;
            }

            return await serving;
        }
        catch (Exception e)
        {
            await stop.CancelAsync();
            await Task.WhenAll(feeding, serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await server.KillAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (feeding.Exception?.InnerException is MinaException cause && cause != e)
            {
                // A failed feed ends recovery, whose own words say less.
                ExceptionDispatchInfo.Throw(cause);
            }

            throw;
        }
        finally
        {
            await stop.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Directory.Exists(folder.Wal))
            {
                feed.Close();
            }
        }
    }

    private async Task<int> ServeAsync(Replay replay, WalFeed feed, CancellationToken cancellationToken)
    {
        // Without a point to stop at, recovery would end and open the branch for writing; as a standby it waits instead.
        var standby = replay.ReadOnly && replay.Plan.ToEnd;
        var recovery = standby ? replay.Plan.Settings.Append(new("wal_retrieve_retry_interval", "1h")).ToDictionary() : replay.Plan.Settings;
        for (var attempt = 1; ; attempt++)
        {
            var port = freePort();
            replay.Configuration.Write(port, replay.ReadOnly, recovery, replay.Settings, standby);
            try
            {
                server.ClearLog();
                Report("Replaying", null, null);
                await server.StartAsync(replay.BinDirectory, cancellationToken);
                if (replay.ReadOnly)
                {
                    var target = server.SocketTarget(port, replay.Plan.Base.Superuser);
                    await WaitForPauseAsync(replay.Plan, target, standby ? feed : null, cancellationToken);
                }
                else
                {
                    await server.WaitForOpeningAsync(cancellationToken);
                }

                return port;
            }
            catch (MinaException) when (attempt < StartAttempts && !cancellationToken.IsCancellationRequested && server.PortWasTaken())
            {
                // Somebody took the port between the look and the start: try another.
            }
            catch (MinaException e) when (e.Definition == ErrorCatalog.PointNotArchived)
            {
                throw RecoveryPlanner.NotReached(replay.Plan, replay.Target, e);
            }
        }
    }

    /// <summary>Waits until recovery has paused at its point, or, given the feed of a standby, until it has taken everything, and pauses it there.</summary>
    private async Task WaitForPauseAsync(RecoveryPlan plan, ConnectionTarget target, WalFeed? standby, CancellationToken cancellationToken)
    {
        var question = plan.Base.Major >= 14 ? "SELECT pg_catalog.pg_get_wal_replay_pause_state() = 'paused'" : "SELECT pg_catalog.pg_is_wal_replay_paused()";
        while (true)
        {
            if (server.ProcessId is null)
            {
                throw server.Failure(null);
            }

            try
            {
                await using var connection = await new PostgresConnector(target).OpenAsync(cancellationToken);
                // Once it has taken the last segment it asks for the next one, and is told that there is none.
                if (standby?.Refused?.EndsWith(plan.Next.ToString()[8..], StringComparison.Ordinal) == true)
                {
                    await ExecuteAsync(connection, "SELECT pg_catalog.pg_wal_replay_pause()", cancellationToken);
                }

                await using var command = new NpgsqlCommand(question, connection);
                if (await command.ExecuteScalarAsync(cancellationToken) is true)
                {
                    return;
                }
            }
            catch (Exception e) when (e is ServerException or NpgsqlException && server.ProcessId is null)
            {
                throw server.Failure(e);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    private async Task<(PitrPoint Reached, string Database)> OpenBranchAsync(
        RecoveryPlan plan, int port, bool readOnly, string? database, CancellationToken cancellationToken)
    {
        var target = server.SocketTarget(port, plan.Base.Superuser);
        var reached = await ReadReachedAsync(plan, target, cancellationToken);
        await using var connection = await new PostgresConnector(target).OpenAsync(cancellationToken);
        if (!readOnly)
        {
            using var password = new Secret(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            context.Log.Redact(password.Reveal());
            owner.WriteFile(folder.Password, password.Reveal() + "\n");
            await ExecuteAsync(connection, $"ALTER ROLE {SqlText.Identifier(plan.Base.Superuser)} PASSWORD {SqlText.Literal(ScramVerifier.Create(password))} VALID UNTIL 'infinity'", cancellationToken);
        }

        return (reached, await ChooseDatabaseAsync(connection, database, cancellationToken));
    }

    private static async Task<string> ChooseDatabaseAsync(NpgsqlConnection connection, string? wanted, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT datname::text FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres' ORDER BY datname", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        if (wanted is not null && wanted != "postgres" && !names.Contains(wanted))
        {
            throw new CatalogException(ErrorCatalog.DatabaseNotFound, $"There was no database {wanted} at the point.", new ErrorContext { Target = wanted });
        }

        return wanted ?? (names.Count == 1 ? names[0] : "postgres");
    }

    private async Task<PitrPoint> ReadReachedAsync(RecoveryPlan plan, ConnectionTarget target, CancellationToken cancellationToken)
    {
        var (lsn, time) = await ReadReplayAsync(target, cancellationToken);
        return new PitrPoint { Lsn = lsn, Time = await TimeOfStopAsync(plan, cancellationToken) ?? time, Timeline = plan.TimelineAt(lsn) };
    }

    private static async Task<(Lsn Lsn, DateTimeOffset? Time)> ReadReplayAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        await using var connection = await new PostgresConnector(target).OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_last_wal_replay_lsn()::text, pg_catalog.pg_last_xact_replay_timestamp()", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (Lsn.Parse(reader.GetString(0)), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1).ToUniversalTime());
    }

    // A recovery that stops behind the record at a place replays it, but does not note its time when it is a commit.
    private async Task<DateTimeOffset?> TimeOfStopAsync(RecoveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.StopsBehind is not { } lsn)
        {
            return null;
        }

        var geometry = new WalGeometry(plan.Base.SegmentSize);
        var number = geometry.NumberAt(lsn);
        var segments = plan.Segments.Where(segment => geometry.NumberOf(segment.Name.Segment) is var at && (at == number || at == number + 1)).ToList();
        var scan = await ScannerAsync(plan.Base, cancellationToken);
        var marks = await scan.RunAsync(segments, lsn, PitrTargetKind.Xid, cancellationToken);
        return marks.FirstOrDefault(mark => mark.Lsn == lsn)?.Time;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<T> TimeAsync<T>(string phase, string stage, Func<Task<T>> work)
    {
        context.Debug($"{phase} starts.");
        Report(stage, null, null);
        var started = context.Clock.GetTimestamp();
        var result = await work();
        var timing = new PhaseTiming(phase, context.Clock.GetElapsedTime(started));
        phases.Add(timing);
        context.Verbose(string.Create(CultureInfo.InvariantCulture, $"{phase} took {timing.Duration.TotalSeconds:F2} s."));
        return result;
    }

    private void Report(string stage, long? done, long? total) =>
        context.Observer.Progress(new RunProgress { Activity = "Making a branch", Stage = stage, Done = done, Total = total });

    /// <summary>What a replay works with.</summary>
    private sealed record Replay(
        RecoveryPlan Plan, PitrTarget Target, BranchConfiguration Configuration, string BinDirectory, bool ReadOnly, IReadOnlyDictionary<string, string> Settings);
}
