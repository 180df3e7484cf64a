using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Pitr;
using Mina.Backup.Engine.Pitr.Local;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine;

/// <summary>
/// The engine's front for recovery drills. It puts the parts together and keeps no state between calls. Failures are <see cref="MinaException"/>s; cancellation is
/// <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class DrillEngine
{
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;
    private readonly DrillOperation drills;

    /// <summary>Creates an engine for a machine.</summary>
    /// <param name="environment">The machine.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="recorder">Keeps the record of drills; nobody does when null.</param>
    public DrillEngine(HostEnvironment environment, TimeProvider clock, IDrillRecorder? recorder = null)
    {
        this.environment = environment;
        this.clock = clock;
        var stores = new BackupStoreFactory(environment);
        var tools = new ClientTools(environment);
        var catalog = new BackupCatalog(stores, environment, clock);
        var verifier = new BackupVerifier(clock);
        var branches = new PitrBranches(OperatingSystem.IsWindows() ? [] : [new LocalPitrProvider(environment, stores, tools)]);
        drills = new DrillOperation(new DrillParts(catalog, verifier, new VerifiedBackupOpener(catalog, verifier).OpenAsync, tools, branches, stores), recorder);
    }

    /// <summary>Does recovery drills.</summary>
    /// <param name="request">What to drill.</param>
    /// <param name="observer">Where the run tells what it does.</param>
    /// <param name="report">Takes each result as it comes.</param>
    /// <param name="cancellationToken">Ends the drill under way; nothing of it remains.</param>
    public async Task<IReadOnlyList<RecoveryDrillResult>> RunAsync(DrillRequest request, IRunObserver observer, Action<RecoveryDrillResult> report, CancellationToken cancellationToken)
    {
        using var scope = RunScope.Start("drill", observer, environment, clock);
        return await scope.RunAsync(
            context => drills.RunAsync(request, context, report, cancellationToken),
            results => string.Join(", ", results.Select(result => $"{result.Id} {result.Verdict}")));
    }
}
