using System.IO.Enumeration;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>The branches of all providers. Every call first removes what has expired.</summary>
public sealed class PitrBranches
{
    private readonly IReadOnlyList<IPitrProvider> providers;

    /// <summary>Puts providers together; new branches without a provider's name are the first one's.</summary>
    public PitrBranches(IReadOnlyList<IPitrProvider> providers) => this.providers = providers;

    /// <summary>Makes a branch.</summary>
    /// <exception cref="MinaException">The point cannot be reached exactly, or the branch not be made; nothing of it remains.</exception>
    public async Task<PitrBranch> CreateAsync(PitrBranchRequest request, RunContext context, CancellationToken cancellationToken)
    {
        await SweepAsync(context, cancellationToken);
        var provider = providers.FirstOrDefault(candidate => candidate.Kind == request.Provider)
            ?? throw new ConfigurationException(
                ErrorCatalog.BranchesNotSupported, $"This machine cannot make branches of the kind {request.Provider}.", new ErrorContext { Target = request.Provider.ToString() });
        return await provider.CreateAsync(request, context, cancellationToken);
    }

    /// <summary>Branches whose names fit, newest first.</summary>
    /// <param name="names">Names, with * and ? as wildcards; all when empty.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<PitrBranch>> ListAsync(IReadOnlyList<string> names, RunContext context, CancellationToken cancellationToken)
    {
        await SweepAsync(context, cancellationToken);
        var all = new List<PitrBranch>();
        foreach (var provider in providers)
        {
            all.AddRange(await provider.ListAsync(cancellationToken));
        }

        return
        [
            .. all.Where(branch => names.Count == 0 || names.Any(name => FileSystemName.MatchesSimpleExpression(name, branch.Name)))
                .OrderByDescending(branch => branch.CreatedAt),
        ];
    }

    /// <summary>One branch that serves.</summary>
    /// <exception cref="CatalogException"><c>BranchNotFound</c>, <c>BranchNotServing</c>.</exception>
    public async Task<PitrBranch> FindServingAsync(string name, RunContext context, CancellationToken cancellationToken)
    {
        var branch = (await ListAsync([], context, cancellationToken)).FirstOrDefault(candidate => candidate.Name == name)
            ?? throw NotFound(name);
        return branch.ConnectionUri is not null
            ? branch
            : throw new CatalogException(ErrorCatalog.BranchNotServing, $"The branch {name} does not serve: it is {branch.State}.", new ErrorContext { Target = name });
    }

    /// <summary>Removes a branch.</summary>
    /// <exception cref="CatalogException"><c>BranchNotFound</c>, <c>BranchBusy</c>.</exception>
    public async Task<RemovedPitrBranch> RemoveAsync(string name, RunContext context, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            if (await provider.RemoveAsync(name, context, cancellationToken) is { } removed)
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
        await SweepAsync(context, cancellationToken);
        foreach (var provider in providers)
        {
            if ((await provider.ListAsync(cancellationToken)).All(branch => branch.Name != request.Name))
            {
                continue;
            }

            return provider is ISteppablePitrProvider steppable
                ? await steppable.StepAsync(request, context, cancellationToken)
                : throw new CatalogException(ErrorCatalog.BranchNotPaused, $"Branches of the kind {provider.Kind} cannot be stepped.", new ErrorContext { Target = request.Name });
        }

        throw NotFound(request.Name);
    }

    private static CatalogException NotFound(string name) =>
        new(ErrorCatalog.BranchNotFound, $"There is no branch {name}.", new ErrorContext { Target = name });

    private async Task SweepAsync(RunContext context, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            foreach (var name in await provider.SweepAsync(context, cancellationToken))
            {
                context.Verbose($"Branch {name} had expired, or was left unfinished, and was removed.");
            }
        }
    }
}
