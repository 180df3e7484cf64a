using System.Globalization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>Brings WAL from the spool into the archive: once, or as the running service that also bounds how long a commit waits.</summary>
internal sealed class WalSyncOperation(IBackupStoreFactory stores, WalSyncRequest request, RunContext context, Action<WalSyncResult> report)
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    // What is left of the greatest exposure for the server to archive its segment and for a round to publish it.
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(5);

    /// <summary>Runs it.</summary>
    /// <returns>The last round.</returns>
    /// <exception cref="MinaException">The archive or spool cannot be used; of single files the result tells.</exception>
    public async Task<WalSyncResult> RunAsync(CancellationToken cancellationToken)
    {
        var place = WalArchivePlace.Resolve(request.ArchivePath, request.SpoolPath, context.Environment);
        var protection = new ProtectionResolver(context.Environment, context.Clock).Resolve(request.Protection);
        if (protection.Encryption == BackupEncryption.None && !request.Protection.NoEncryption)
        {
            context.Warning("The archive is not encrypted: no passphrase or recipient was given. Set GPG_BACKUP_PASSPHRASE or give -Recipient to encrypt it, or -NoEncryption to silence this.");
        }

        using var keys = KeyRing.Create(
            new KeyRequest
            {
                Passphrase = request.Protection.Passphrase,
                PassphraseFile = request.Protection.PassphraseFile,
                PrivateKeyFile = request.PrivateKeyFile,
            },
            context.Environment);
        var store = stores.Open(place.WalLocation);
        var spool = new WalSpool(place.RequiredSpool);
        var archive = new WalArchive(store, spool, keys);
        await RefusePlaintextAsync(archive, protection, cancellationToken);
        foreach (var abandoned in (await store.SweepAbandonedAsync(name => WalFileName.ParseObject(name, out _) is not null, cancellationToken)).Concat(spool.SweepAbandoned(context.Now - AbandonedAfter)))
        {
            context.Verbose($"Removed {abandoned}, left behind by a run that was killed.");
        }

        var options = new ContainerWriterOptions
        {
            CompressionLevel = request.CompressionLevel,
            Workers = 1,
            Protection = await new ArchiveSalt(store, archive, context).AdoptAsync(protection, cancellationToken),
            Keys = keys,
        };
        var round = new WalSyncRound(place, store, spool, archive, options, request.Jobs ?? Environment.ProcessorCount, context);
        await round.PrepareAsync(cancellationToken);
        var names = OpenNames(place, options);
        return request.Continuous ? await ServeAsync(round, place, names, cancellationToken) : await OnceAsync(round, names, cancellationToken);
    }

    private static async Task RefusePlaintextAsync(WalArchive archive, MessageProtection protection, CancellationToken cancellationToken)
    {
        if (protection.Encryption == BackupEncryption.None && (await archive.ListStoredAsync(cancellationToken)).Any(file => file.Encrypted))
        {
            throw new ConfigurationException(
                ErrorCatalog.ArchiveEncrypted, $"The archive {archive.Location} is encrypted, and this run would not encrypt.", new ErrorContext { Target = archive.Location });
        }
    }

    private NameRecording? OpenNames(WalArchivePlace place, ContainerWriterOptions options)
    {
        if (request.Database is null && context.Environment.Variable("DATABASE_URL") is null)
        {
            return null;
        }

        var server = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.SourceNotGiven);
        return new NameRecording(new FilenodeMapRecorder(FilenodeMapStore.Open(place, stores)), server, options.Protection, options.Keys, context);
    }

    private async Task<WalSyncResult> OnceAsync(WalSyncRound round, NameRecording? names, CancellationToken cancellationToken)
    {
        var result = await round.RunAsync(received: null, cancellationToken);
        if (names is not null)
        {
            await names.LookAsync(cancellationToken);
        }

        report(result);
        return result;
    }

    private async Task<WalSyncResult> ServeAsync(WalSyncRound round, WalArchivePlace place, NameRecording? names, CancellationToken cancellationToken)
    {
        await using var watch = OpenWatch();
        var told = "";
        for (var pause = request.Interval; ;)
        {
            var result = await AttemptAsync(round, watch, place, cancellationToken);
            // A failure that stays is told once, not with every look.
            var failures = string.Join('\n', result.Failures.Select(failure => $"{failure.Name} {failure.ErrorId}"));
            if (result is { Published: > 0 } or { PlainSize: > 0 } or { AlreadyThere: > 0 } or { Switched: true } || failures != told)
            {
                report(result);
            }

            told = failures;
            if (names is not null)
            {
                await names.LookAsync(cancellationToken);
            }

            // Only an archive or spool that cannot be used is worth a pause; a single file or the server keeps nothing back.
            pause = !round.Interrupted ? request.Interval : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, Math.Max(LongestPause.Ticks, request.Interval.Ticks)));
            await Task.Delay(pause, context.Clock, cancellationToken);
        }
    }

    private ExposureWatch? OpenWatch()
    {
        if (request.Database is null && context.Environment.Variable("DATABASE_URL") is null)
        {
            context.Warning("No server was given: nothing bounds how long a commit waits for its segment to end. Give -Database, or set DATABASE_URL.");
            return null;
        }

        var target = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.SourceNotGiven);
        context.Log.Redact(target.Password?.Reveal() ?? "");
        return new ExposureWatch(new PostgresConnector(target), context.Clock);
    }

    private async Task<WalSyncResult> AttemptAsync(WalSyncRound round, ExposureWatch? watch, WalArchivePlace place, CancellationToken cancellationToken)
    {
        List<WalSyncFailure> failures = [];
        if (watch is not null)
        {
            // Before the spool is read: what the receiver has flushed by now is in it then.
            await CollectAsync(failures, place.Location, () => watch.LookAsync(ReceiverSpool.SlotIn(place.RequiredSpool), cancellationToken));
        }

        WalSyncResult? result = null;
        await CollectAsync(failures, place.Location, async () => result = await round.RunAsync(watch?.Received, cancellationToken));
        result ??= round.Nothing();
        var exposure = watch?.Archived(round.ArchivedTo);
        var switched = false;
        if (watch?.Oldest is { } oldest && oldest > request.MaximumExposure - ReserveOf(request.MaximumExposure))
        {
            await CollectAsync(failures, place.Location, async () => switched = await watch.SwitchAsync(cancellationToken));
            if (switched)
            {
                context.Verbose(string.Create(CultureInfo.InvariantCulture, $"Asked the server to end its segment: a commit has waited for {oldest.TotalSeconds:0.0} s."));
            }
        }

        return result with { Exposure = exposure, Switched = switched, Failures = [.. result.Failures, .. failures] };
    }

    private static TimeSpan ReserveOf(TimeSpan exposure) => TimeSpan.FromTicks(Math.Min(Reserve.Ticks, exposure.Ticks / 2));

    /// <summary>A service goes on: a full disk, a server that is away or a file of other content may pass, and each is told.</summary>
    private static async Task CollectAsync(List<WalSyncFailure> failures, string name, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (MinaException e)
        {
            failures.Add(WalSyncRound.Failure(e.Target ?? name, e));
        }
    }
}
