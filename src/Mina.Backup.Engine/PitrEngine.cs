using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Pitr;
using Mina.Backup.Engine.Pitr.Local;
using Mina.Backup.Engine.Pitr.Neon;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
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
    private readonly Func<int>? freePort;
    private readonly BackupStoreFactory stores;
    private readonly ClientTools tools;

    /// <summary>Creates an engine for a machine.</summary>
    /// <param name="environment">The machine.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="freePort">Finds a loopback port that is free; the system's choice when null.</param>
    public PitrEngine(HostEnvironment environment, TimeProvider clock, Func<int>? freePort = null)
    {
        this.freePort = freePort;
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

    /// <summary>Makes a branch.</summary>
    public Task<PitrBranch> CreateBranchAsync(PitrBranchRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var provider = PitrProviderChoice.Resolve(request.Provider, request.Archive, environment);
        return RunAsync("branch", observer, context => Branches(provider).CreateAsync(request with { Provider = provider }, context, cancellationToken), result => result.Name);
    }

    /// <summary>The branches of all providers that the machine is set up for, newest first; expired ones are removed first.</summary>
    public Task<PitrBranchListing> ListBranchesAsync(IReadOnlyList<string> names, IRunObserver observer, CancellationToken cancellationToken) =>
        ListBranchesAsync(names, null, observer, cancellationToken);

    /// <summary>The branches of one provider, or of all that the machine is set up for, newest first; expired ones are removed first.</summary>
    public Task<PitrBranchListing> ListBranchesAsync(IReadOnlyList<string> names, PitrProvider? provider, IRunObserver observer, CancellationToken cancellationToken) =>
        Branches(provider).ListAsync(names, Quiet(observer), cancellationToken);

    /// <summary>One branch that serves.</summary>
    public Task<PitrBranch> FindBranchAsync(PitrBranchReference branch, IRunObserver observer, CancellationToken cancellationToken) =>
        Branches(branch.Provider).FindServingAsync(branch.Name, Quiet(observer), cancellationToken);

    /// <summary>The branches as the machine remembers them, newest first; nothing is swept, as while someone types.</summary>
    public IReadOnlyList<PitrBranch> PeekBranches() => OperatingSystem.IsWindows() ? [] : LocalPitrProvider.Peek(environment);

    /// <summary>Makes sure that a branch may be removed, before anybody is asked whether it should be.</summary>
    public Task EnsureRemovableAsync(PitrBranchReference branch, bool force, IRunObserver observer, CancellationToken cancellationToken) =>
        Branches(branch.Provider).EnsureRemovableAsync(branch.Name, force, Quiet(observer), cancellationToken);

    /// <summary>Removes a branch.</summary>
    public Task<RemovedPitrBranch> RemoveBranchAsync(PitrBranchReference branch, IRunObserver observer, CancellationToken cancellationToken) =>
        RemoveBranchAsync(branch, false, observer, cancellationToken);

    /// <summary>Removes a branch; by force, one that this module did not make, too.</summary>
    public Task<RemovedPitrBranch> RemoveBranchAsync(PitrBranchReference branch, bool force, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("remove-branch", observer, context => Branches(branch.Provider).RemoveAsync(branch.Name, force, context, cancellationToken), result => result.Name);

    /// <summary>Takes a paused branch forward.</summary>
    public Task<PitrBranch> StepBranchAsync(PitrStepRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("step-branch", observer, context => Branches(request.Provider).StepAsync(request, context, cancellationToken), result => result.Name);

    /// <summary>Puts a branch's database, or at Neon the branch itself or its point, into the live one's place.</summary>
    public Task<PitrSwitchResult> SwitchBranchAsync(PitrSwitchRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var branches = Branches(request.Branch.Provider);
        if (request.Method != PitrSwitchMethod.Swap)
        {
            return RunAsync("switch-branch", observer, context => branches.SwitchAsync(request, context, cancellationToken), result => result.Branch);
        }

        var verifier = new BackupVerifier(clock);
        var backup = new BackupOperation(stores, tools, verifier);
        var catalog = new BackupCatalog(stores, environment, clock);
        var restore = new RestoreOperation(new VerifiedBackupOpener(catalog, verifier).OpenAsync, backup.RunAsync, tools);
        return RunAsync("switch-branch", observer, context => new SwitchOperation(branches, backup, restore).RunAsync(request, context, cancellationToken), result => result.Branch);
    }

    /// <summary>How a branch's whole cluster takes the source's place, as steps for a person.</summary>
    public async Task<IReadOnlyList<PitrCutoverStep>> DescribeCutoverAsync(PitrBranchReference branch, IRunObserver observer, CancellationToken cancellationToken)
    {
        var found = await Branches(branch.Provider).FindAsync(branch.Name, Quiet(observer), cancellationToken);
        return found.Provider == PitrProvider.Local ? CutoverSteps.For(found) : throw BranchOptions.NotSupported(found.Provider, "-PrintSteps");
    }

    // This machine comes first, as asking it costs nothing.
    private PitrBranches Branches(PitrProvider? wanted)
    {
        List<IPitrProvider> providers = [];
        if (!OperatingSystem.IsWindows() && wanted is not PitrProvider.Neon)
        {
            providers.Add(new LocalPitrProvider(environment, stores, tools, freePort));
        }

        if (wanted == PitrProvider.Neon || (wanted is null && NeonAccess.IsConfigured(environment)))
        {
            providers.Add(new NeonPitrProvider(new NeonTimes()));
        }

        return new PitrBranches(providers);
    }

    // Listing writes no log of its own, as it changes nothing but what has expired anyway.
    private RunContext Quiet(IRunObserver observer) => new(observer, new NoLog(), environment, clock);

    private async Task<T> RunAsync<T>(string operation, IRunObserver observer, Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        using var scope = RunScope.Start(operation, observer, environment, clock);
        return await scope.RunAsync(work, describe);
    }
}
