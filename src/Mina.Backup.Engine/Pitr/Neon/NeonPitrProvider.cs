using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>
/// Branches of a Neon project, through its API. Nothing of them is kept on this machine: what this module must know of a branch is noted beside it in the project, and
/// Neon itself removes what has expired. All branches of the project are listed, but only those that this module made are removed without force.
/// </summary>
internal sealed class NeonPitrProvider : ISwitchablePitrProvider
{
    private readonly NeonTimes times;

    /// <summary>Creates the provider of the project that the environment of a run names.</summary>
    public NeonPitrProvider(NeonTimes times) => this.times = times;

    /// <inheritdoc/>
    public PitrProvider Kind => PitrProvider.Neon;

    /// <inheritdoc/>
    public Task<PitrBranch> CreateAsync(PitrBranchRequest request, RunContext context, CancellationToken cancellationToken) =>
        new NeonBranchCreation(Open(context), times, context, request).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PitrBranch>> ListAsync(RunContext context, CancellationToken cancellationToken)
    {
        var client = Open(context);
        var branches = await client.ListBranchesAsync(null, cancellationToken);
        var endpoints = await client.ListEndpointsAsync(cancellationToken);
        return [.. branches.All.Select(branch => NeonDescription.Of(client, branch, branches, NeonDescription.EndpointOf(branch, endpoints)))];
    }

    /// <inheritdoc/>
    public async Task<PitrBranch?> FindAsync(string name, RunContext context, CancellationToken cancellationToken)
    {
        var client = Open(context);
        var branches = await client.ListBranchesAsync(null, cancellationToken);
        if (branches.Find(name) is not { } branch)
        {
            return null;
        }

        var endpoint = NeonDescription.EndpointOf(branch, await client.ListEndpointsAsync(cancellationToken));
        var described = NeonDescription.Of(client, branch, branches, endpoint);
        return endpoint is not null && described.State is PitrBranchState.Ready or PitrBranchState.Archived or PitrBranchState.Unknown
            ? NeonDescription.With(described, await new NeonConnections(client, context).OfAsync(branch, endpoint!, branches.MarkOf(branch), cancellationToken))
            : described;
    }

    /// <inheritdoc/>
    public async Task<bool> EnsureRemovableAsync(string name, bool force, RunContext context, CancellationToken cancellationToken)
    {
        var branches = await Open(context).ListBranchesAsync(null, cancellationToken);
        if (branches.Find(name) is not { } branch)
        {
            return false;
        }

        NeonRemoval.Check(branches, branch, force);
        return true;
    }

    /// <inheritdoc/>
    public async Task<RemovedPitrBranch?> RemoveAsync(string name, bool force, RunContext context, CancellationToken cancellationToken)
    {
        var client = Open(context);
        var branches = await client.ListBranchesAsync(null, cancellationToken);
        return branches.Find(name) is { } branch
            ? await new NeonRemoval(client, times, context).RunAsync(branches, branch, force, cancellationToken)
            : null;
    }

    /// <summary>Nothing: Neon itself removes what has expired, and a creation that was killed left a branch that is listed.</summary>
    public Task<IReadOnlyList<string>> SweepAsync(RunContext context, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <inheritdoc/>
    public async Task<PitrSwitchResult?> SwitchAsync(PitrSwitchRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var client = Open(context);
        var branches = await client.ListBranchesAsync(null, cancellationToken);
        return branches.Find(request.Branch.Name) is { } branch
            ? await new NeonSwitch(client, times, context, branches).RunAsync(branch, request, cancellationToken)
            : null;
    }

    // Only here are the variables read: what is wrong with them is no business of somebody who works with branches of this machine.
    private NeonClient Open(RunContext context)
    {
        var access = NeonAccess.Resolve(context.Environment);
        context.Log.Redact(access.Key.Reveal());
        return new NeonClient(access, times, context);
    }
}
