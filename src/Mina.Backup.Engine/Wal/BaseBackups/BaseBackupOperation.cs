using System.Reflection;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// Makes a base backup: the server sends its files, which are hashed on the way, compressed, encrypted and stored, compared with the server's own
/// manifest, and read back. A failed or canceled run leaves nothing but its log.
/// </summary>
public sealed class BaseBackupOperation
{
    private const int OldestMajor = 13;
    private readonly IBackupStoreFactory stores;
    private readonly ClientTools tools;

    /// <summary>Creates the operation.</summary>
    public BaseBackupOperation(IBackupStoreFactory stores, ClientTools tools)
    {
        this.stores = stores;
        this.tools = tools;
    }

    private static string ProductVersion { get; } =
        typeof(BaseBackupOperation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Runs it.</summary>
    /// <exception cref="MinaException">The base backup could not be made or did not verify; nothing of it remains.</exception>
    public async Task<BaseBackupResult> RunAsync(BaseBackupRequest request, RunContext context, CancellationToken cancellationToken)
    {
        if (request is { Parent: not null, Incremental: false })
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, "Only an incremental base backup builds on another one.", new ErrorContext { Target = request.Parent, Action = "Give -Incremental, too, or leave -Parent out." });
        }

        var place = WalArchivePlace.Resolve(request.Archive, null, context.Environment);
        var target = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.SourceNotGiven);
        context.Log.Redact(target.Password?.Reveal() ?? "");
        target = PoolerDetection.ToDirectAddress(target, context);
        var protection = new ProtectionResolver(context.Environment).Resolve(request.Protection);
        if (protection.Encryption == BackupEncryption.None && !request.Protection.NoEncryption)
        {
            context.Warning("The base backup is not encrypted: no passphrase or recipient was given. Set GPG_BACKUP_PASSPHRASE or give -Recipient to encrypt it, or -NoEncryption to silence this.");
        }

        using var keys = KeyRing.Create(new KeyRequest { Passphrase = request.Protection.Passphrase, PassphraseFile = request.Protection.PassphraseFile }, context.Environment);
        var store = stores.Open(place.BaseLocation);
        foreach (var abandoned in await store.SweepAbandonedAsync(BaseBackupNames.IsOwn, cancellationToken))
        {
            context.Verbose($"Removed {abandoned}, left behind by a run that was killed.");
        }

        try
        {
            await using var session = await new PostgresConnector(target).OpenPinnedAsync(cancellationToken);
            await using var set = await BaseFileSet.ReserveAsync(store, protection.Encryption != BackupEncryption.None, context.Clock, cancellationToken);
            var run = new Run(request, context, target, store, protection, keys, session, set);
            return await RunAsync(run, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException)
        {
            throw PostgresErrors.Translate(e, "making a base backup", target.ToString());
        }
        catch (InvalidDataException e)
        {
            throw new IntegrityException(ErrorCatalog.BaseBackupDiffers, $"What {target.Server} sent is not a base backup: {e.Message}", new ErrorContext { Target = target.Server }, e);
        }
    }

    private async Task<BaseBackupResult> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var context = run.Context;
        var facts = await BaseServerFacts.ReadAsync(run.Session, cancellationToken);
        Check(facts, run);
        var parent = await ParentAsync(facts, run, cancellationToken);
        var source = await SourceAsync(facts, parent, run, cancellationToken);
        var on = parent is null ? "" : $", building on {parent.Manifest.Name},";
        context.Verbose($"Making base backup {run.Set.Name} of {run.Target.Server} (PostgreSQL {facts.Version}){on} in {run.Store.Location}.");
        // Before the files, so that a table that goes while they are sent is known by its name, too.
        await RecordNamesAsync(run, cancellationToken);
        var phases = new List<PhaseTiming>();
        var started = context.Clock.GetTimestamp();
        await using var writer = new BaseArchiveWriter(run.Set, run.ContainerOptions, bytes => run.Report(bytes, parent is null ? facts.DataSize : 0));
        await ReceiveAsync(source, writer, run, cancellationToken);
        if (writer.Content.FindProblem() is { } problem)
        {
            throw new IntegrityException(ErrorCatalog.BaseBackupDiffers, $"The base backup of {run.Target.Server} is not what its server's manifest says: {problem}.", new ErrorContext { Target = run.Target.Server });
        }

        var (endedAt, snapshot) = await BaseServerFacts.ReadEndAsync(run.Session, cancellationToken);
        var index = await WriteIndexAsync(run, writer, cancellationToken);
        var duration = context.Clock.GetElapsedTime(started);
        phases.Add(new PhaseTiming("Receive", duration));
        var manifest = Describe(run, facts, parent, writer, index) with { EndedAt = endedAt, Snapshot = snapshot, Duration = duration };
        var verification = run.Request.SkipVerification ? null : await VerifyAsync(run, manifest, cancellationToken);
        if (verification is not null)
        {
            phases.Add(new PhaseTiming("Verify", verification.Duration));
            manifest = manifest with { Verification = new ManifestVerification(verification.CheckedAt, Passed: true, Problem: null) };
        }

        // What it builds on may have been removed meanwhile.
        var chain = (await new BaseBackupCatalog(run.Store).ReadChainAsync(manifest, cancellationToken)).Require();
        await run.Set.CompleteAsync(BaseManifestSerializer.Write(manifest), cancellationToken);
        KeepServerManifest(run, manifest, writer.Content.ManifestContent);
        var made = BaseBackupCatalog.Describe(run.Store, manifest, context.Now) with { Chain = [.. chain.Select(link => link.Name)] };
        return new BaseBackupResult(made, context.Log.Path, phases, verification);
    }

    private static async Task<BaseBackupVerification> VerifyAsync(Run run, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var verification = await new BaseBackupVerifier(run.Store, run.Keys, run.Context).RunAsync(manifest, null, null, run.Activity, cancellationToken);
        ThrowIfFailed(verification);
        return verification;
    }

    // What this machine cannot open again it could not build on.
    private static void KeepServerManifest(Run run, BaseBackupManifest manifest, ReadOnlyMemory<byte> content)
    {
        if (manifest.Encryption != BackupEncryption.Recipient || manifest.Major < IncrementalParents.OldestMajor)
        {
            return;
        }

        try
        {
            new ServerManifestCopies(run.Context.Environment, manifest.SystemIdentifier).Keep(manifest.Name, content.Span);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            run.Context.Warning($"The base backup is complete, but its manifest could not be kept in {run.Context.Environment.StateDirectory}: {e.Message} No incremental base backup can build on it without the recipient's secret key.");
        }
    }

    private Task RecordNamesAsync(Run run, CancellationToken cancellationToken)
    {
        var names = FilenodeMapStore.Open(WalArchivePlace.Resolve(run.Request.Archive, null, run.Context.Environment), stores);
        return new NameRecording(new FilenodeMapRecorder(names), run.Target, run.Protection, run.Keys, run.Context).LookAsync(cancellationToken);
    }

    private static void Check(BaseServerFacts facts, Run run)
    {
        if (facts.VersionNumber / 10000 < OldestMajor)
        {
            throw new ServerException(
                ErrorCatalog.BaseBackupNotSupported,
                $"{run.Target.Server} is PostgreSQL {facts.Version}, which sends no manifest with a base backup.",
                new ErrorContext { Target = run.Target.Server });
        }

        if (!facts.IsArchiving)
        {
            run.Context.Warning($"Neither is archive_mode on at {run.Target.Server}, nor does a receiver take its WAL: without WAL nothing can be recovered from a base backup. Use Enable-MinaWalArchiving or Start-MinaWalReceiver.");
        }
    }

    private async Task<IncrementalParent?> ParentAsync(BaseServerFacts facts, Run run, CancellationToken cancellationToken)
    {
        if (!run.Request.Incremental)
        {
            return null;
        }

        var major = facts.VersionNumber / 10000;
        var parents = new IncrementalParents(new BaseBackupCatalog(run.Store), run.Store, run.Keys, new ServerManifestCopies(run.Context.Environment, facts.SystemIdentifier), run.Target.Server);
        await parents.CheckAsync(facts, run.Session, cancellationToken);
        var combine = await tools.FindAsync("pg_combinebackup", major, cancellationToken);
        run.Context.Debug($"{combine.Path} would put the base backup together with what it builds on.");
        var libpq = Libpq.Load(await tools.FindAsync("pg_basebackup", major, cancellationToken));
        return await parents.ChooseAsync(run.Request.Parent, facts, await ServerTimeline.ReadAsync(libpq, run.Target, cancellationToken), cancellationToken);
    }

    private async Task<IBaseSource> SourceAsync(BaseServerFacts facts, IncrementalParent? parent, Run run, CancellationToken cancellationToken)
    {
        var major = facts.VersionNumber / 10000;
        var tool = await tools.FindAsync("pg_basebackup", major, cancellationToken);
        var options = new BaseSourceOptions(run.Set.Name, run.Request.SpreadCheckpoint, parent?.ServerManifest);
        if (facts.Tablespaces == 0 && parent is null)
        {
            return new PgBaseBackupSource(tool, run.Target, options);
        }

        return major >= ReplicationBaseSource.OldestMajor
            ? new ReplicationBaseSource(Libpq.Load(tool), run.Target, options)
            : throw new ServerException(
                ErrorCatalog.BaseBackupNotSupported,
                $"{run.Target.Server} is PostgreSQL {facts.Version} and has tablespaces of its own.",
                new ErrorContext { Target = run.Target.Server });
    }

    private static async Task ReceiveAsync(IBaseSource source, BaseArchiveWriter writer, Run run, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = new ArchivingWatch(run.Session, run.Context, run.Request.ArchiveTimeout, run.Target.Server);
        run.Received = watch.Report;
        var receiving = source.RunAsync(writer, stop.Token);
        var watching = watch.RunAsync(stop.Token);
        var first = await Task.WhenAny(receiving, watching);
        await stop.CancelAsync();
        await Task.WhenAll(receiving, watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        await first;
    }

    private static async Task<ManifestFile> WriteIndexAsync(Run run, BaseArchiveWriter writer, CancellationToken cancellationToken)
    {
        await using var staged = await run.Set.StageAsync(BaseBackupNames.IndexFile(run.Set.Name, run.Set.IsEncrypted), cancellationToken);
        await using var container = new ContainerWriter(staged.Content, run.ContainerOptions(BaseBackupNames.IndexFile(run.Set.Name, encrypted: false)));
        await BaseIndexFile.WriteAsync(writer.ToIndex(run.Set.Name), [.. writer.Archives.Select(archive => archive.Tablespace)], container, cancellationToken);
        var totals = await container.CompleteAsync(cancellationToken);
        await run.Set.CommitAsync(staged, cancellationToken);
        return new ManifestFile(staged.Name, totals.StoredLength, totals.Sha256);
    }

    private static BaseBackupManifest Describe(Run run, BaseServerFacts facts, IncrementalParent? parent, BaseArchiveWriter writer, ManifestFile index)
    {
        var server = writer.Content.Manifest!;
        var label = BackupLabel.Parse(writer.Content.Label ?? throw new InvalidDataException("backup_label is missing."));
        if (label.IncrementalFrom != parent?.Manifest.StartLsn)
        {
            throw new InvalidDataException($"backup_label says that it has what changed since {label.IncrementalFrom?.ToString() ?? "the beginning"}, which is not what was asked for.");
        }

        var geometry = new WalGeometry(facts.SegmentSize);
        return new BaseBackupManifest
        {
            FormatVersion = parent is null ? BaseBackupManifest.FullVersion : BaseBackupManifest.IncrementalVersion,
            Parent = parent?.Reference,
            Name = run.Set.Name,
            WrittenBy = ProductVersion,
            StartedAt = facts.Now,
            EndedAt = facts.Now,
            Snapshot = "",
            StartLsn = server.StartLsn,
            StopLsn = server.StopLsn,
            Timeline = server.Timeline,
            StartTimeline = label.Timeline,
            StartSegment = geometry.NameAt(label.Timeline, server.StartLsn).ToString(),
            StopSegment = geometry.NameAt(server.Timeline, new Lsn(server.StopLsn.Value - 1)).ToString(),
            SegmentSize = facts.SegmentSize,
            SystemIdentifier = facts.SystemIdentifier,
            Server = run.Target.Server,
            ServerVersion = facts.Version,
            ServerVersionNumber = facts.VersionNumber,
            FromStandby = label.FromStandby,
            Superuser = facts.Superuser,
            Databases = facts.Databases,
            Settings = facts.Settings,
            ResourceManagers = facts.ResourceManagers,
            Encryption = run.Protection.Encryption,
            RecipientKeyId = run.Protection.RecipientKeyId,
            CompressionLevel = run.Request.CompressionLevel,
            Duration = TimeSpan.Zero,
            PlainSize = writer.PlainSize,
            Files = server.Files.Count,
            Archives = writer.Archives,
            Index = index,
        };
    }

    private static void ThrowIfFailed(BaseBackupVerification verification)
    {
        if (verification.Outcome == CheckOutcome.Passed)
        {
            return;
        }

        var problem = verification.FirstFailure ?? verification.Checks.First(check => check.Outcome == CheckOutcome.NotChecked);
        throw new IntegrityException(
            ErrorCatalog.All.FirstOrDefault(definition => definition.Id == problem.ErrorId) ?? ErrorCatalog.BackupCorrupt,
            $"The base backup {verification.Name} was written but did not read back as written ({problem.Check}): {problem.Detail} It was removed.",
            new ErrorContext { Target = verification.Name, Action = "Check the disk and memory of this machine, then run the base backup again." });
    }

    /// <summary>What one run works with, all of it settled before the first byte.</summary>
    private sealed record Run(
        BaseBackupRequest Request,
        RunContext Context,
        ConnectionTarget Target,
        IBackupStore Store,
        MessageProtection Protection,
        KeyRing Keys,
        NpgsqlConnection Session,
        BaseFileSet Set)
    {
        private readonly long started = Context.Clock.GetTimestamp();

        public string Activity => $"Making a base backup of {Target.Server}";

        public Action<long> Received { get; set; } = _ => { };

        public ContainerWriterOptions ContainerOptions(string literalName) => new()
        {
            CompressionLevel = Request.CompressionLevel,
            Protection = Protection,
            Keys = Keys,
            LiteralName = literalName,
        };

        public void Report(long bytes, long total)
        {
            Received(bytes);
            var seconds = Context.Clock.GetElapsedTime(started).TotalSeconds;
            var rate = seconds > 0.2 ? bytes / seconds : (double?)null;
            Context.Observer.Progress(new RunProgress
            {
                Activity = Activity,
                Stage = "Receiving",
                Done = bytes,
                Total = total > 0 ? total : null,
                Rate = rate,
                Remaining = rate > 0 && total > bytes ? TimeSpan.FromSeconds((total - bytes) / rate.Value) : null,
            });
        }
    }
}
