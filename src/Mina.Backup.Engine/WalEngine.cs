using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Wal;
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

    private async Task<T> RunAsync<T>(string operation, IRunObserver observer, Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        using var scope = RunScope.Start(operation, observer, environment, clock);
        return await scope.RunAsync(work, describe);
    }
}
