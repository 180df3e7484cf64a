using System.Globalization;
using System.Runtime.Versioning;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Branches on this machine: disposable servers recovered from a base backup and archived WAL. Each has a folder of the server's account alone; the
/// state folder remembers it. While a branch is made, a guard process removes everything should this process die.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class LocalPitrProvider : ISteppablePitrProvider
{
    private readonly HostEnvironment environment;
    private readonly IBackupStoreFactory stores;
    private readonly ClientTools tools;
    private readonly BranchRegistry registry;
    private readonly Func<int> freePort;

    /// <summary>Creates the provider of a machine.</summary>
    /// <param name="environment">The machine.</param>
    /// <param name="stores">Opens archives.</param>
    /// <param name="tools">Finds PostgreSQL's programs.</param>
    /// <param name="freePort">Finds a loopback port that is free; the system's choice when null.</param>
    public LocalPitrProvider(HostEnvironment environment, IBackupStoreFactory stores, ClientTools tools, Func<int>? freePort = null)
    {
        this.environment = environment;
        this.stores = stores;
        this.tools = tools;
        this.freePort = freePort ?? LoopbackPort.Find;
        registry = new BranchRegistry(environment);
    }

    /// <inheritdoc/>
    public PitrProvider Kind => PitrProvider.Local;

    /// <summary>The branches as the machine remembers them, newest first; their servers are not looked at.</summary>
    public static IReadOnlyList<PitrBranch> Peek(HostEnvironment environment) =>
        [.. new BranchRegistry(environment).Read().Select(record => record.Branch).OrderByDescending(branch => branch.CreatedAt)];

    /// <inheritdoc/>
    public async Task<PitrBranch> CreateAsync(PitrBranchRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var now = context.Now;
        PointCheck.Run(request.Target, now);
        RefuseForeignOptions(request);
        BranchConfiguration.Check(request.Settings);
        var place = WalArchivePlace.Resolve(request.Archive, request.Spool, environment);
        var name = request.Name ?? "pitr_" + now.UtcDateTime.ToString("yyyyMMdd_HHmmss_fff", CultureInfo.InvariantCulture);
        if (!BranchRegistry.IsName(name))
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, $"'{name}' cannot be a branch's name: 1 to 40 letters, digits, dots, dashes and underscores, the first a letter or digit.", new ErrorContext { Target = name, Action = "Give -Name another one, or leave it out." });
        }

        var folder = new BranchFolder(Path.Combine(BranchPlace.Resolve(request.Location, environment), $"{name}.{Guid.NewGuid().ToString("N")[..8]}"));
        var record = new BranchRecord
        {
            Branch = new PitrBranch
            {
                Name = name,
                Provider = PitrProvider.Local,
                State = PitrBranchState.Creating,
                Target = request.Target,
                ReadOnly = request.ReadOnly,
                Archive = place.Location,
                CreatedAt = now,
                ExpiresAt = now + request.ExpiresIn,
                Path = folder.Root,
            },
            Folder = folder.Root,
            Archive = place.Location,
            Spool = place.Spool,
            Settings = request.Settings,
        };
        using var lease = registry.Reserve(record);
        try
        {
            var made = await CreateAsync(request, record, place, context, cancellationToken);
            registry.Write(made);
            return Describe(made);
        }
        catch
        {
            registry.Forget(name);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PitrBranch>> ListAsync(RunContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<PitrBranch>>([.. registry.Read().Select(Describe)]);
    }

    /// <inheritdoc/>
    public Task<PitrBranch?> FindAsync(string name, RunContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(registry.Find(name) is { } record ? Describe(record) : null);
    }

    /// <inheritdoc/>
    public Task<bool> EnsureRemovableAsync(string name, bool force, RunContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(registry.Find(name) is not null);
    }

    /// <inheritdoc/>
    public async Task<RemovedPitrBranch?> RemoveAsync(string name, bool force, RunContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (registry.Find(name) is null)
        {
            return null;
        }

        using var lease = registry.TryLock(name) ?? throw Busy(name);
        return registry.Find(name) is { } record ? await RemoveAsync(record, context) : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> SweepAsync(RunContext context, CancellationToken cancellationToken)
    {
        var swept = new List<string>();
        foreach (var candidate in registry.Read().Where(record => IsOver(record, context.Now)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var lease = registry.TryLock(candidate.Branch.Name);
            // Whoever holds it is making it, stepping it or removing it; what it becomes is seen the next time.
            if (lease is not null && registry.Find(candidate.Branch.Name) is { } record && IsOver(record, context.Now))
            {
                await RemoveAsync(record, context);
                swept.Add(record.Branch.Name);
            }
        }

        return swept;
    }

    /// <inheritdoc/>
    public async Task<PitrBranch> StepAsync(PitrStepRequest request, RunContext context, CancellationToken cancellationToken)
    {
        PointCheck.Run(request.Target, context.Now);
        _ = registry.Find(request.Name) ?? throw BranchErrors.NotFound(request.Name);
        using var lease = registry.TryLock(request.Name) ?? throw Busy(request.Name);
        var record = registry.Find(request.Name) ?? throw BranchErrors.NotFound(request.Name);
        if (Describe(record).State != PitrBranchState.Paused)
        {
            throw new CatalogException(ErrorCatalog.BranchNotPaused, $"The branch {request.Name} does not wait at a point: it is {Describe(record).State}.", new ErrorContext { Target = request.Name });
        }

        var place = new WalArchivePlace(record.Archive, record.Spool);
        await using var run = await BranchRun.OpenAsync(place, request.Keys, new BranchFolder(record.Folder), stores, tools, freePort, context, cancellationToken);
        var stepped = await run.StepAsync(record, request.Target, cancellationToken);
        registry.Write(stepped);
        return Describe(stepped);
    }

    private async Task<BranchRecord> CreateAsync(PitrBranchRequest request, BranchRecord record, WalArchivePlace place, RunContext context, CancellationToken cancellationToken)
    {
        var folder = new BranchFolder(record.Folder);
        await using var run = await BranchRun.OpenAsync(place, request.Keys, folder, stores, tools, freePort, context, cancellationToken);
        await run.MakeFolderAsync(cancellationToken);
        var guard = ClusterGuard.Start(folder.Root);
        try
        {
            var made = await run.CreateAsync(request, record, cancellationToken);
            await guard.ReleaseAsync();
            return made;
        }
        catch
        {
            await guard.DisposeAsync();
            throw;
        }
    }

    // The record goes last: until then whoever comes next can finish the work.
    private async Task<RemovedPitrBranch> RemoveAsync(BranchRecord record, RunContext context)
    {
        var folder = new BranchFolder(record.Folder);
        await new BranchServer(new ServerAccount(), folder).KillAsync();
        long freed = 0;
        if (Directory.Exists(folder.Root))
        {
            freed = BranchSize.Measure(folder.Root);
            Directory.Delete(folder.Root, recursive: true);
        }

        registry.Forget(record.Branch.Name);
        context.Verbose($"Removed branch {record.Branch.Name}.");
        return new RemovedPitrBranch { Name = record.Branch.Name, Provider = PitrProvider.Local, Reached = record.Branch.Reached, FreedBytes = freed };
    }

    private static void RefuseForeignOptions(PitrBranchRequest request) => BranchOptions.Refuse(
        PitrProvider.Local, ("-Parent", request.Parent is not null), ("-NoCompute", request.NoCompute), ("-RoleName", request.RoleName is not null));

    private static bool IsOver(BranchRecord record, DateTimeOffset now) => record.Branch.State == PitrBranchState.Creating || record.Branch.ExpiresAt <= now;

    private static PitrBranch Describe(BranchRecord record)
    {
        var branch = record.Branch;
        if (branch.State == PitrBranchState.Creating)
        {
            return branch;
        }

        var server = new BranchServer(new ServerAccount(), new BranchFolder(record.Folder));
        if (server.ProcessId is null)
        {
            return branch with { State = PitrBranchState.Stopped };
        }

        var target = branch.ReadOnly
            ? server.SocketTarget(branch.Port!.Value, branch.Username!, branch.Database!)
            : server.LoopbackTarget(branch.Port!.Value, branch.Username!, branch.Database!);
        return branch with
        {
            State = branch.ReadOnly ? PitrBranchState.Paused : PitrBranchState.Ready,
            Host = target.Host,
            ConnectionUri = target.ToUri(),
        };
    }

    private static CatalogException Busy(string name) => new(ErrorCatalog.BranchBusy, $"Another run is working on branch {name}.", new ErrorContext { Target = name });
}
