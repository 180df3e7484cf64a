using Mina.Backup.Engine.Pitr;
using Mina.Backup.Engine.Pitr.Neon;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine;

/// <summary>
/// The engine's front for WAL archives: one method per operation. It puts the parts together and keeps no state between calls. Failures are
/// <see cref="MinaException"/>s; cancellation is <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class WalEngine
{
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;

    /// <summary>Creates an engine for a machine.</summary>
    public WalEngine(HostEnvironment environment, TimeProvider clock)
    {
        this.environment = environment;
        this.clock = clock;
    }

    /// <summary>Tells what <see cref="EnableArchivingAsync"/> would set; nothing is changed.</summary>
    public Task<WalArchivingInfo> PlanArchivingAsync(WalArchivingRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("wal-plan", observer, context => new WalArchivingOperation(request, context).PlanAsync(cancellationToken), result => result.Server);

    /// <summary>Sets a server up to archive its WAL into the spool.</summary>
    public Task<WalArchivingInfo> EnableArchivingAsync(WalArchivingRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("wal-enable", observer, context => new WalArchivingOperation(request, context).EnableAsync(cancellationToken), result => result.Server);

    /// <summary>Undoes what <see cref="EnableArchivingAsync"/> set, and nothing else.</summary>
    public Task<WalArchivingInfo> DisableArchivingAsync(WalArchivingRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("wal-disable", observer, context => new WalArchivingOperation(request, context).DisableAsync(cancellationToken), result => result.Server);

    /// <summary>Receives WAL by streaming until it is canceled or, once, until it has what the server had at the start.</summary>
    /// <param name="request">What to receive, and where to.</param>
    /// <param name="observer">Where the run tells what it does.</param>
    /// <param name="report">Takes every change of state.</param>
    /// <param name="cancellationToken">Ends receiving in good order.</param>
    public Task<WalReceiverStatus> ReceiveAsync(
        WalReceiverRequest request, IRunObserver observer, Action<WalReceiverStatus> report, CancellationToken cancellationToken) =>
        RunAsync(
            "wal-receive", observer, context => new WalReceiverOperation(new ClientTools(environment), request, context, report).RunAsync(cancellationToken), result => result.Server);

    /// <summary>Brings WAL from the spool into the archive, once or until it is canceled.</summary>
    /// <param name="request">What to bring where.</param>
    /// <param name="observer">Where the run tells what it does.</param>
    /// <param name="report">Takes the result of every round that did something or failed anew.</param>
    /// <param name="cancellationToken">Ends the run; a file under way leaves nothing behind.</param>
    public Task<WalSyncResult> SyncAsync(WalSyncRequest request, IRunObserver observer, Action<WalSyncResult> report, CancellationToken cancellationToken) =>
        RunAsync(
            "wal-sync", observer, context => new WalSyncOperation(new BackupStoreFactory(environment), request, context, report).RunAsync(cancellationToken), result => result.ArchivePath);

    /// <summary>Looks at an archive: what can be recovered, and how far it is behind its server.</summary>
    public Task<WalArchiveInfo> DescribeAsync(WalStatusRequest request, IRunObserver observer, CancellationToken cancellationToken) => RunAsync(
        "wal-status",
        observer,
        context => PitrProviderChoice.Resolve(request.Provider, request.ArchivePath, environment) == PitrProvider.Neon
            ? new NeonStatusOperation(NeonAccess.Resolve(environment), new NeonTimes(), context).RunAsync(cancellationToken)
            : new WalStatusOperation(request, new BackupStoreFactory(environment), OpenInventory, new ClientTools(environment), context).RunAsync(cancellationToken),
        result => result.ArchivePath);

    /// <summary>Tells what <see cref="RemoveExpiredAsync"/> would remove; nothing is removed.</summary>
    public Task<WalRetention> PlanRetentionAsync(WalRetentionRequest request, IRunObserver observer, CancellationToken cancellationToken) => RunAsync(
        "wal-retention-plan",
        observer,
        context => new WalRetentionOperation(request, new BackupStoreFactory(environment), OpenInventory, context).PlanAsync(cancellationToken),
        result => result.ArchivePath);

    /// <summary>Removes WAL, and on request base backups, that no point to be kept needs.</summary>
    public Task<WalRetention> RemoveExpiredAsync(WalRetentionRequest request, IRunObserver observer, CancellationToken cancellationToken) => RunAsync(
        "wal-retention",
        observer,
        context => new WalRetentionOperation(request, new BackupStoreFactory(environment), OpenInventory, context).RemoveAsync(cancellationToken),
        result => result.ArchivePath);

    private BaseBackupInventory OpenInventory(WalArchivePlace place) =>
        new(new BaseBackupCatalog(new BackupStoreFactory(environment).Open(place.BaseLocation)), clock);

    private async Task<T> RunAsync<T>(string operation, IRunObserver observer, Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        using var scope = RunScope.Start(operation, observer, environment, clock);
        return await scope.RunAsync(work, describe);
    }
}
