using System.Globalization;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>
/// Neon's two ways of going live with a point. In place, the default branch goes back to the point, keeps its endpoints and so its connection strings, and what it was
/// stays as a branch of its own. As the default, the branch itself goes live, with all that was repaired on it, but with connection strings of its own.
/// </summary>
internal sealed class NeonSwitch(NeonClient client, NeonTimes times, RunContext context, NeonBranches branches)
{
    private const int LongestName = 256;

    /// <summary>Puts a branch, or its point, in place.</summary>
    public async Task<PitrSwitchResult> RunAsync(NeonBranch branch, PitrSwitchRequest request, CancellationToken cancellationToken)
    {
        var live = branches.Default ?? throw new CatalogException(ErrorCatalog.BranchNotFound, "The project has no default branch.", new ErrorContext { Target = client.Project });
        if (live.Id == branch.Id)
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, $"The branch {branch.Name} is the project's default branch already.", new ErrorContext { Target = branch.Name, Action = "Name the branch that holds the point." });
        }

        var endpoints = await client.ListEndpointsAsync(cancellationToken);
        var (preserved, current) = request.Method == PitrSwitchMethod.InPlace
            ? (await RestoreAsync(live, branch, request.PreserveUnderName, cancellationToken), live)
            : (await MakeDefaultAsync(live, branch, endpoints, cancellationToken), branch);
        var described = NeonDescription.Of(client, branch, branches, null);
        return new PitrSwitchResult
        {
            Branch = branch.Name,
            Method = request.Method,
            Reached = described.Reached,
            DefaultBranch = current.Name,
            PreservedBranch = preserved,
            Connections =
            [
                .. endpoints.Where(endpoint => endpoint.BranchId == live.Id).Select(endpoint => new PitrConnectionChange
                {
                    Host = endpoint.Host,
                    LeadsTo = live.Name,
                    ReplaceBy = current == live ? null : NeonDescription.EndpointOf(branch, endpoints)!.Host,
                }),
            ],
        };
    }

    private async Task<string> RestoreAsync(NeonBranch live, NeonBranch branch, string? preserveUnderName, CancellationToken cancellationToken)
    {
        var name = preserveUnderName ?? DefaultName(live);
        if (branches.All.Any(candidate => candidate.Name == name))
        {
            throw new CatalogException(ErrorCatalog.BranchExists, $"There is a branch {name} already.", new ErrorContext { Target = name, Action = "Choose another name with -PreserveUnderName." });
        }

        // The place in the log is exact where a time is not.
        var order = branch switch
        {
            { ParentId: { } source, ParentLsn: { Length: > 0 } lsn } => new NeonRestoreOrder { SourceBranchId = source, SourceLsn = lsn, PreserveUnderName = name },
            { ParentId: { } source, ParentTimestamp: { } time } => new NeonRestoreOrder { SourceBranchId = source, SourceTimestamp = time, PreserveUnderName = name },
            _ => throw new CatalogException(ErrorCatalog.BranchProtected, $"The branch {branch.Name} holds no point of another branch.", new ErrorContext { Target = branch.Name, Action = "Use -SetAsDefault." }),
        };
        context.Verbose($"Neon puts branch {live.Name} back to the point of {branch.Name}; what it was stays as {name}.");
        await ChangeAsync(
            () => client.RestoreBranchAsync(live, order, cancellationToken),
            now => now.All.Any(candidate => candidate.Name == name),
            "Restoring a branch",
            live,
            cancellationToken);
        return name;
    }

    private async Task<string> MakeDefaultAsync(NeonBranch live, NeonBranch branch, IReadOnlyList<NeonEndpoint> endpoints, CancellationToken cancellationToken)
    {
        var endpoint = NeonDescription.EndpointOf(branch, endpoints);
        if (endpoint is null || NeonDescription.OnlyReads(endpoint))
        {
            throw new CatalogException(
                ErrorCatalog.BranchNotServing,
                $"The branch {branch.Name} has {(endpoint is null ? "no compute, so nobody could connect to it" : "only a compute that reads, so nobody could write to it")}.",
                new ErrorContext { Target = branch.Name, Action = "Add a compute that writes in Neon's console, or make the branch without -NoCompute and -ReadOnly." });
        }

        if (branch.ExpiresAt is { } end)
        {
            throw new CatalogException(
                ErrorCatalog.BranchProtected,
                $"The branch {branch.Name} expires at {PointCheck.Text(end)}, and would be removed while it is live.",
                new ErrorContext { Target = branch.Name, Action = "Take its expiry off in Neon's console, or make the branch without -ExpiresIn." });
        }

        context.Verbose($"Neon makes branch {branch.Name} the project's default instead of {live.Name}.");
        await ChangeAsync(
            () => client.SetAsDefaultAsync(branch, cancellationToken),
            now => now.Default?.Id == branch.Id,
            "Making a branch the default",
            branch,
            cancellationToken);
        return live.Name;
    }

    /// <summary>Changes something and waits until it is done. Where no clear answer came, the branches tell whether it was.</summary>
    private async Task ChangeAsync(Func<Task<NeonChange>> change, Predicate<NeonBranches> isDone, string activity, NeonBranch changed, CancellationToken cancellationToken)
    {
        IReadOnlyList<NeonOperation> operations;
        try
        {
            operations = (await change()).Operations;
        }
        catch (ServiceException e) when (e.Definition == ErrorCatalog.NeonOutcomeUnknown)
        {
            context.Verbose($"{e.Message} The project is looked at.");
            if (!isDone(await client.ListBranchesAsync(null, cancellationToken)))
            {
                throw;
            }

            operations = [.. (await client.ListOperationsAsync(cancellationToken)).Where(operation => operation.BranchId == changed.Id)];
        }

        await new NeonOperationWait(client, times, context).RunAsync(operations, activity, cancellationToken);
    }

    private string DefaultName(NeonBranch live)
    {
        var end = "-before-" + context.Now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return live.Name[..Math.Min(live.Name.Length, LongestName - end.Length)] + end;
    }
}
