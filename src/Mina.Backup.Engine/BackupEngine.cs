using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine;

/// <summary>
/// The engine's front: one method per operation. It puts the parts together and keeps no state between calls,
/// so one instance serves any number of runs. Failures are <see cref="MinaException"/>s; cancellation is
/// <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class BackupEngine
{
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;
    private readonly BackupCatalog catalog;
    private readonly BackupVerifier verifier;
    private readonly BackupOperation backup;
    private readonly RestoreOperation restore;
    private readonly TableRestore tableRestore;

    /// <summary>Creates an engine for a machine.</summary>
    public BackupEngine(HostEnvironment environment, TimeProvider clock)
    {
        this.environment = environment;
        this.clock = clock;
        var stores = new BackupStoreFactory(environment);
        var tools = new ClientTools(environment);
        catalog = new BackupCatalog(stores, environment, clock);
        verifier = new BackupVerifier(clock);
        backup = new BackupOperation(stores, tools, verifier);
        var opener = new VerifiedBackupOpener(catalog, verifier);
        restore = new RestoreOperation(opener.OpenAsync, backup.RunAsync, tools);
        tableRestore = new TableRestore(opener.OpenAsync);
    }

    /// <summary>Makes a full backup.</summary>
    public Task<BackupResult> BackupAsync(BackupRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("backup", observer, context => backup.RunAsync(request, context, cancellationToken), result => result.Name);

    /// <summary>Lists backups, newest first.</summary>
    public IAsyncEnumerable<BackupInfo> ListAsync(BackupQuery query, CancellationToken cancellationToken) =>
        catalog.ListAsync(query, cancellationToken);

    /// <summary>The backup that a reference names, as it is listed.</summary>
    public async Task<BackupInfo> FindAsync(BackupReference backup, CancellationToken cancellationToken) =>
        (await catalog.ResolveAsync(backup, cancellationToken)).Info;

    /// <summary>Reads a backup back in full and compares it with what was recorded.</summary>
    public Task<BackupVerification> VerifyAsync(VerifyRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("verify", observer, context => new VerifyOperation(catalog, verifier).RunAsync(request, context, cancellationToken), result => result.Name);

    /// <summary>Restores a backup; the live database serves until a proven copy takes its place.</summary>
    public Task<RestoreResult> RestoreAsync(RestoreRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("restore", observer, context => request.Tables.Count > 0 ? tableRestore.RunAsync(request, context, cancellationToken) : restore.RunAsync(request, context, cancellationToken), result => result.Backup);

    /// <summary>Rebuilds manifest and index from the data file.</summary>
    public Task<RepairResult> RepairAsync(RepairRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("repair", observer, context => new RepairOperation(catalog).RunAsync(request, context, cancellationToken), result => result.Backup.Name);

    /// <summary>Removes a backup with all that belongs to it.</summary>
    public Task<RemovedBackup> RemoveAsync(RemoveRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("remove", observer, context => new RemoveOperation(catalog).RunAsync(request, context, cancellationToken), result => result.Name);

    private async Task<T> RunAsync<T>(string operation, IRunObserver observer, Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        using var scope = RunScope.Start(operation, observer, environment, clock);
        return await scope.RunAsync(work, describe);
    }
}
