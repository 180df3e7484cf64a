using System.Globalization;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>
/// Makes one branch: looks at project and branches, refuses what cannot be, creates it, waits for it, connects. Three requests, four where the parent has several roles or databases,
/// and the looks at its operations. A creation that got no clear answer is looked for by its name, and by the run's mark on it, before it is asked for again.
/// </summary>
internal sealed class NeonBranchCreation
{
    private const int Attempts = 2;

    private readonly NeonClient client;
    private readonly NeonTimes times;
    private readonly RunContext context;
    private readonly NeonOperationWait wait;
    private readonly NeonMark mark;

    /// <summary>Creates the creation of one branch.</summary>
    public NeonBranchCreation(NeonClient client, NeonTimes times, RunContext context, PitrBranchRequest request)
    {
        this.client = client;
        this.times = times;
        this.context = context;
        wait = new NeonOperationWait(client, times, context);
        Request = request;
        mark = new NeonMark(request.Target.Kind, request.Database, request.RoleName, Guid.NewGuid().ToString("N"));
    }

    private PitrBranchRequest Request { get; }

    /// <summary>Makes it. What fails or is canceled on the way is removed again.</summary>
    public async Task<PitrBranch> RunAsync(CancellationToken cancellationToken)
    {
        var started = context.Clock.GetTimestamp();
        Check();
        var (project, branches) = await LookAroundAsync(cancellationToken);
        var parent = FindParent(branches);
        NeonHistory.Of(project, parent, context.Now).Check(Request.Target);
        var order = Order(branches, parent);
        NeonCreated? created = null;
        try
        {
            context.Verbose($"Neon makes branch {order.Branch.Name} of {parent.Name} in project {project.Name} at {Request.Target}.");
            created = await CreateAsync(order, cancellationToken);
            await wait.RunAsync(created.Operations, "Making a branch", cancellationToken);
            var made = await DescribeAsync(created, parent, cancellationToken);
            return made with { ServerVersion = project.PgVersion.ToString(CultureInfo.InvariantCulture), Duration = context.Clock.GetElapsedTime(started) };
        }
        catch (Exception e)
        {
            await CleanAsync(order, created, e);
            throw;
        }
    }

    // Neither answer needs the other.
    private async Task<(NeonProject Project, NeonBranches Branches)> LookAroundAsync(CancellationToken cancellationToken)
    {
        var project = client.GetProjectAsync(cancellationToken);
        var branches = client.ListBranchesAsync(null, cancellationToken);
        // Both come to their end; when both fail, it is the project's failure that is told, whichever was first.
        await Task.WhenAll(project, branches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (await project, await branches);
    }

    private void Check()
    {
        BranchOptions.Refuse(
            PitrProvider.Neon,
            ("-Xid", Request.Target.Kind == PitrTargetKind.Xid),
            ("-RestorePoint", Request.Target.Kind == PitrTargetKind.RestorePoint),
            ("-Inclusive", Request.Target.Inclusive),
            ("-Timeline", Request.Target.Timeline is not null),
            ("-ArchivePath", Request.Archive is not null),
            ("-SpoolPath", Request.Spool is not null),
            ("-BaseBackup", Request.BaseBackup is not null),
            ("-BranchPath", Request.Location is not null),
            ("-Setting", Request.Settings.Count > 0));
        PointCheck.Run(Request.Target, context.Now);
        if (Request.ExpiresIn <= TimeSpan.Zero)
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, "A branch cannot have expired before it is made.", new ErrorContext { Action = "Give -ExpiresIn a positive length of time." });
        }

        if (Request is { NoCompute: true, ReadOnly: true } or { NoCompute: true, Database: not null } or { NoCompute: true, RoleName: not null })
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, "-NoCompute contradicts -ReadOnly, -DatabaseName and -RoleName: without compute there is no connection.");
        }
    }

    private NeonBranch FindParent(NeonBranches branches) => Request.Parent is { } wanted
        ? branches.Find(wanted) ?? throw new CatalogException(ErrorCatalog.BranchNotFound, $"There is no branch {wanted} in the project to make one from.", new ErrorContext { Target = wanted })
        : branches.Default ?? throw new CatalogException(ErrorCatalog.BranchNotFound, "The project has no default branch to make one from.", new ErrorContext { Action = "Name the parent with -Parent." });

    private NeonBranchOrder Order(NeonBranches branches, NeonBranch parent) => new()
    {
        Branch = new NeonBranchWish
        {
            Name = Name(branches),
            ParentId = parent.Id,
            ParentLsn = Request.Target.Lsn?.ToString(),
            ParentTimestamp = Request.Target.Time,
            ExpiresAt = Request.ExpiresIn is { } time ? ToSeconds(context.Now + time) : null,
        },
        Endpoints = Request.NoCompute ? null : [new NeonEndpointWish(Request.ReadOnly ? "read_only" : "read_write")],
        AnnotationValue = mark.ToNotes(),
    };

    private string Name(NeonBranches branches)
    {
        bool IsTaken(string name) => branches.All.Any(branch => branch.Name == name);
        if (Request.Name is { } given)
        {
            return IsTaken(given) ? throw Exists(given) : given;
        }

        var name = "pitr-restore-" + context.Now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var free = name;
        for (var number = 2; IsTaken(free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return free;
    }

    // Neon takes no fractions here. A branch may live a moment longer, but not shorter than was asked for.
    private static DateTimeOffset ToSeconds(DateTimeOffset time) => new((time.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    private async Task<NeonCreated> CreateAsync(NeonBranchOrder order, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await client.CreateBranchAsync(order, cancellationToken);
            }
            catch (ServiceException e) when (e.Definition == ErrorCatalog.NeonOutcomeUnknown)
            {
                context.Verbose($"{e.Message} It is looked for by its name.");
                if (await LookAfterAsync(order, e, cancellationToken) is { } found)
                {
                    return found;
                }

                if (attempt == Attempts)
                {
                    throw;
                }
            }
            catch (ServiceException e) when (attempt > 1)
            {
                // The first attempt may have come through after all: it has the name, or its operations lock the project.
                if (await LookAfterAsync(order, e, cancellationToken) is { } found)
                {
                    return found;
                }

                throw;
            }
        }
    }

    /// <summary>Looks for what a creation may have made. Where that fails too, it is as unknown as before.</summary>
    private async Task<NeonCreated?> LookAfterAsync(NeonBranchOrder order, ServiceException why, CancellationToken cancellationToken)
    {
        try
        {
            return await LookAsync(order, cancellationToken);
        }
        catch (ServiceException e)
        {
            context.Verbose($"It could not be looked for: {e.Message}");
            throw NeonErrors.Unknown($"creating branch {order.Branch.Name}", why.Definition == ErrorCatalog.NeonOutcomeUnknown ? e : why);
        }
    }

    /// <summary>What a creation whose answer was lost has made; null when nothing shows within some seconds.</summary>
    /// <exception cref="CatalogException"><c>BranchExists</c>: somebody else's branch has the name.</exception>
    private async Task<NeonCreated?> LookAsync(NeonBranchOrder order, CancellationToken cancellationToken)
    {
        foreach (var pause in times.Looks)
        {
            await Task.Delay(pause, context.Clock, cancellationToken);
            var branches = await client.ListBranchesAsync(order.Branch.Name, cancellationToken);
            if (branches.All.FirstOrDefault(branch => branch.Name == order.Branch.Name) is not { } branch)
            {
                continue;
            }

            if (branches.MarkOf(branch)?.Run != mark.Run)
            {
                throw Exists(branch.Name);
            }

            return new NeonCreated
            {
                Branch = branch,
                Operations = [.. (await client.ListOperationsAsync(cancellationToken)).Where(operation => operation.BranchId == branch.Id)],
                Endpoints = [.. (await client.ListEndpointsAsync(cancellationToken)).Where(endpoint => endpoint.BranchId == branch.Id)],
            };
        }

        return null;
    }

    private async Task<PitrBranch> DescribeAsync(NeonCreated created, NeonBranch parent, CancellationToken cancellationToken)
    {
        // The branch as it was answered was still being made; its operations have ended since.
        var branch = created.Branch with { CurrentState = created.Branch.CurrentState == "init" ? "ready" : created.Branch.CurrentState };
        var around = new NeonBranches([branch, parent], new Dictionary<string, IReadOnlyDictionary<string, string>> { [branch.Id] = mark.ToNotes() });
        var endpoint = NeonDescription.EndpointOf(branch, created.Endpoints ?? []);
        if (Request.ExpiresIn is not null && branch.ExpiresAt is null)
        {
            context.Warning($"Branch {branch.Name} will not expire: Neon did not take its expiry, which not every account has. Remove it with Remove-MinaPitrBranch.");
        }

        var described = NeonDescription.Of(client, branch, around, endpoint) with { Target = Request.Target };
        return endpoint is null
            ? described
            : NeonDescription.With(described, await new NeonConnections(client, context).OfNewAsync(created, endpoint, mark, cancellationToken));
    }

    // Not cancelable by whoever canceled the creation, but not without an end either.
    private async Task CleanAsync(NeonBranchOrder order, NeonCreated? created, Exception cause)
    {
        if (created is null && cause is not OperationCanceledException && (cause as MinaException)?.Definition != ErrorCatalog.NeonOutcomeUnknown)
        {
            return;
        }

        using var limit = new CancellationTokenSource(times.Cleanup, context.Clock);
        try
        {
            var branch = created?.Branch ?? (await LookAsync(order, limit.Token))?.Branch;
            if (branch is not null)
            {
                await wait.RunAsync(await client.DeleteBranchAsync(branch, limit.Token), "Removing a branch", limit.Token);
                context.Verbose($"Removed branch {branch.Name}.");
            }
        }
        catch (Exception e) when (e is MinaException or OperationCanceledException)
        {
            context.Warning($"Branch {order.Branch.Name} may have been left in the project: {e.Message} Remove it with Remove-MinaPitrBranch.");
        }
    }

    private static CatalogException Exists(string name) => new(ErrorCatalog.BranchExists, $"There is a branch {name} already.", new ErrorContext { Target = name });
}
