using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine;

/// <summary>
/// The engine's front for point-in-time recovery: base backups and branches. It puts the parts together and keeps no state between calls. Failures
/// are <see cref="MinaException"/>s; cancellation is <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class PitrEngine
{
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;
    private readonly BackupStoreFactory stores;
    private readonly ClientTools tools;

    /// <summary>Creates an engine for a machine.</summary>
    public PitrEngine(HostEnvironment environment, TimeProvider clock)
    {
        this.environment = environment;
        this.clock = clock;
        stores = new BackupStoreFactory(environment);
        tools = new ClientTools(environment);
    }

    /// <summary>Makes a base backup.</summary>
    public Task<BaseBackupResult> BackUpBaseAsync(BaseBackupRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("base-backup", observer, context => new BaseBackupOperation(stores, tools).RunAsync(request, context, cancellationToken), result => result.Name);

    /// <summary>Lists base backups, newest first.</summary>
    public async IAsyncEnumerable<BaseBackupInfo> ListBasesAsync(BaseBackupQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var place = WalArchivePlace.Resolve(query.Archive, null, environment);
        var all = await new BaseBackupCatalog(stores.Open(place.BaseLocation)).ListAsync(clock.GetUtcNow(), cancellationToken);
        var wanted = all.Where(backup => query.Names.Count == 0 || query.Names.Any(name => FileSystemName.MatchesSimpleExpression(name, backup.Name)));
        foreach (var backup in wanted.Take(query.Last ?? int.MaxValue))
        {
            yield return backup;
        }
    }

    /// <summary>Reads a base backup back in full and compares it with what was recorded.</summary>
    public Task<BaseBackupVerification> VerifyBaseAsync(VerifyBaseBackupRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("verify-base", observer, context => new VerifyBaseBackupOperation(stores).RunAsync(request, context, cancellationToken), result => result.Name);

    private async Task<T> RunAsync<T>(string operation, IRunObserver observer, Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        using var scope = RunScope.Start(operation, observer, environment, clock);
        return await scope.RunAsync(work, describe);
    }
}
