using System.IO.Enumeration;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>The branches of some providers. Every call first removes what has expired.</summary>
public sealed class PitrBranches
{
    private readonly IReadOnlyList<IPitrProvider> providers;

    /// <summary>Puts providers together; of two branches with one name, the first one's is meant.</summary>
    public PitrBranches(IReadOnlyList<IPitrProvider> providers) => this.providers = providers;

    /// <summary>Makes a branch, by the provider that the request names, else the first.</summary>
    /// <exception cref="MinaException">The point cannot be reached exactly, or the branch not be made; nothing of it remains.</exception>
    public async Task<PitrBranch> CreateAsync(PitrBranchRequest request, RunContext context, CancellationToken cancellationToken)
    {
        await SweepAsync(context, cancellationToken);
        var provider = providers.FirstOrDefault(candidate => request.Provider is null || candidate.Kind == request.Provider)
            ?? throw new ConfigurationException(
                ErrorCatalog.BranchesNotSupported, $"This machine cannot make branches of the kind {request.Provider}.", new ErrorContext { Target = request.Provider.ToString() });
        return await provider.CreateAsync(request, context, cancellationToken);
    }

    /// <summary>Branches whose names fit, newest first. Those asked for by their whole names come with their connections.</summary>
    /// <param name="names">Names, with * and ? as wildcards; all when empty.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PitrBranchListing> ListAsync(IReadOnlyList<string> names, RunContext context, CancellationToken cancellationToken)
    {
        List<PitrBranch> all = [];
        List<MinaException> failures = [];
        foreach (var provider in providers)
        {
            try
            {
                await SweepAsync(provider, context, cancellationToken);
                all.AddRange(await ListAsync(provider, names, context, cancellationToken));
            }
            catch (MinaException e)
            {
                failures.Add(e);
            }
        }

        return new PitrBranchListing([.. all.OrderByDescending(branch => branch.CreatedAt)], failures);
    }

    /// <summary>One branch.</summary>
    /// <exception cref="CatalogException"><c>BranchNotFound</c>.</exception>
    public async Task<PitrBranch> FindAsync(string name, RunContext context, CancellationToken cancellationToken) =>
        (await FindHolderAsync(name, context, cancellationToken)).Branch;

    /// <summary>One branch that serves.</summary>
    /// <exception cref="CatalogException"><c>BranchNotFound</c>, <c>BranchNotServing</c>.</exception>
    public async Task<PitrBranch> FindServingAsync(string name, RunContext context, CancellationToken cancellationToken)
    {
        var branch = await FindAsync(name, context, cancellationToken);
        return branch.ConnectionUri is not null
            ? branch
            : throw new CatalogException(ErrorCatalog.BranchNotServing, $"The branch {name} does not serve: it is {branch.State}.", new ErrorContext { Target = name });
    }

    /// <summary>Makes sure that a branch, if there is one of that name, may be removed; nothing is changed.</summary>
    /// <exception cref="MinaException"><c>BranchProtected</c>, <c>BranchNotOurs</c>.</exception>
    public async Task EnsureRemovableAsync(string name, bool force, RunContext context, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            if (await provider.EnsureRemovableAsync(name, force, context, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Removes a branch.</summary>
    /// <exception cref="MinaException"><c>BranchNotFound</c>, <c>BranchBusy</c>, <c>BranchProtected</c>, <c>BranchNotOurs</c>.</exception>
    public async Task<RemovedPitrBranch> RemoveAsync(string name, bool force, RunContext context, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            if (await provider.RemoveAsync(name, force, context, cancellationToken) is { } removed)
            {
                await SweepAsync(context, cancellationToken);
                return removed;
            }
        }

        throw NotFound(name);
    }

    /// <summary>Takes a paused branch forward.</summary>
    /// <exception cref="MinaException"><c>BranchNotFound</c>, <c>BranchNotPaused</c>, or the point cannot be reached.</exception>
    public async Task<PitrBranch> StepAsync(PitrStepRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var (provider, _) = await FindHolderAsync(request.Name, context, cancellationToken);
        return provider is ISteppablePitrProvider steppable
            ? await steppable.StepAsync(request, context, cancellationToken)
            : throw new CatalogException(ErrorCatalog.BranchNotPaused, $"Branches of the kind {provider.Kind} cannot be stepped.", new ErrorContext { Target = request.Name });
    }

    /// <summary>Lets the provider itself put a branch into the live one's place.</summary>
    /// <exception cref="MinaException"><c>BranchNotFound</c>, <c>BranchOptionNotSupported</c>, or the provider refused.</exception>
    public async Task<PitrSwitchResult> SwitchAsync(PitrSwitchRequest request, RunContext context, CancellationToken cancellationToken)
    {
        await SweepAsync(context, cancellationToken);
        foreach (var provider in providers)
        {
            if (provider is ISwitchablePitrProvider switchable)
            {
                if (await switchable.SwitchAsync(request, context, cancellationToken) is { } result)
                {
                    return result;
                }
            }
            else if (await provider.FindAsync(request.Branch.Name, context, cancellationToken) is not null)
            {
                throw BranchOptions.NotSupported(provider.Kind, $"-{request.Method}");
            }
        }

        throw NotFound(request.Branch.Name);
    }

    private async Task<(IPitrProvider Provider, PitrBranch Branch)> FindHolderAsync(string name, RunContext context, CancellationToken cancellationToken)
    {
        await SweepAsync(context, cancellationToken);
        foreach (var provider in providers)
        {
            if (await provider.FindAsync(name, context, cancellationToken) is { } branch)
            {
                return (provider, branch);
            }
        }

        throw NotFound(name);
    }

    private static CatalogException NotFound(string name) =>
        new(ErrorCatalog.BranchNotFound, $"There is no branch {name}.", new ErrorContext { Target = name });

    private static async Task<IReadOnlyList<PitrBranch>> ListAsync(IPitrProvider provider, IReadOnlyList<string> names, RunContext context, CancellationToken cancellationToken)
    {
        List<PitrBranch> fitting = [];
        foreach (var branch in (await provider.ListAsync(context, cancellationToken)).Where(branch => names.Count == 0 || names.Any(name => FileSystemName.MatchesSimpleExpression(name, branch.Name))))
        {
            var isNamed = names.Any(name => name.Equals(branch.Name, StringComparison.OrdinalIgnoreCase));
            fitting.Add(isNamed && branch.ConnectionUri is null ? await provider.FindAsync(branch.Name, context, cancellationToken) ?? branch : branch);
        }

        return fitting;
    }

    private async Task SweepAsync(RunContext context, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            await SweepAsync(provider, context, cancellationToken);
        }
    }

    private static async Task SweepAsync(IPitrProvider provider, RunContext context, CancellationToken cancellationToken)
    {
        foreach (var name in await provider.SweepAsync(context, cancellationToken))
        {
            context.Verbose($"Branch {name} had expired, or was left unfinished, and was removed.");
        }
    }
}
