using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Removes a branch, unless it is one that must stay.</summary>
internal sealed class NeonRemoval(NeonClient client, NeonTimes times, RunContext context)
{
    /// <summary>Refuses a branch that must stay: what Neon itself would refuse, what its owner protects, and without force what this module did not make.</summary>
    /// <exception cref="CatalogException"><c>BranchProtected</c>, <c>BranchNotOurs</c>.</exception>
    public static void Check(NeonBranches branches, NeonBranch branch, bool force)
    {
        var children = branches.ChildrenOf(branch);
        List<string> reasons = [];
        if (branch.ParentId is null)
        {
            reasons.Add("it is a root branch");
        }

        if (branch.Default)
        {
            reasons.Add("it is the project's default branch");
        }

        if (branch.Protected)
        {
            reasons.Add("it is protected");
        }

        if (children.Count > 0)
        {
            reasons.Add($"branches were made from it: {string.Join(", ", children.Select(child => child.Name))}");
        }

        if (reasons.Count > 0)
        {
            throw new CatalogException(ErrorCatalog.BranchProtected, $"The branch {branch.Name} is not removed: {string.Join("; ", reasons)}.", new ErrorContext { Target = branch.Name });
        }

        if (!force && branches.MarkOf(branch) is null)
        {
            throw new CatalogException(ErrorCatalog.BranchNotOurs, $"The branch {branch.Name} was not made by this module and is not removed.", new ErrorContext { Target = branch.Name });
        }
    }

    /// <summary>Removes it and waits until it is gone.</summary>
    public async Task<RemovedPitrBranch> RunAsync(NeonBranches branches, NeonBranch branch, bool force, CancellationToken cancellationToken)
    {
        Check(branches, branch, force);
        IReadOnlyList<NeonOperation> operations = [];
        try
        {
            operations = await client.DeleteBranchAsync(branch, cancellationToken);
        }
        catch (ServiceException e) when (e.Definition == ErrorCatalog.NeonNotFound)
        {
            // Somebody else was quicker.
        }
        catch (ServiceException e) when (e.Definition == ErrorCatalog.NeonOutcomeUnknown)
        {
            if ((await client.ListBranchesAsync(null, cancellationToken)).All.Any(candidate => candidate.Id == branch.Id))
            {
                throw;
            }
        }

        await new NeonOperationWait(client, times, context).RunAsync(operations, "Removing a branch", cancellationToken);
        context.Verbose($"Removed branch {branch.Name}.");
        return new RemovedPitrBranch
        {
            Name = branch.Name,
            Provider = PitrProvider.Neon,
            Reached = Lsn.TryParse(branch.ParentLsn, out var lsn) ? new PitrPoint { Lsn = lsn, Time = branch.ParentTimestamp, Timeline = 1 } : null,
            FreedBytes = 0,
        };
    }
}
