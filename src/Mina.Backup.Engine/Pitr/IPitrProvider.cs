using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>
/// Makes and holds branches. A branch that was returned by <see cref="CreateAsync"/> lives on by itself, is found again by
/// <see cref="ListAsync"/> from any process of the same user, and goes by <see cref="RemoveAsync"/> or <see cref="SweepAsync"/>; nothing of it remains then.
/// A creation that fails or is canceled leaves nothing. Failures are <see cref="MinaException"/>s. Listing, sweeping and removing are idempotent.
/// </summary>
public interface IPitrProvider
{
    /// <summary>Which one it is.</summary>
    PitrProvider Kind { get; }

    /// <summary>Makes a branch.</summary>
    /// <exception cref="MinaException"><c>BranchExists</c>; <c>PointNotReachable</c> and its kin when the point cannot be reached exactly.</exception>
    Task<PitrBranch> CreateAsync(PitrBranchRequest request, RunContext context, CancellationToken cancellationToken);

    /// <summary>Its branches as they are now, in no order.</summary>
    Task<IReadOnlyList<PitrBranch>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes a branch; null when there is none of that name.</summary>
    Task<RemovedPitrBranch?> RemoveAsync(string name, RunContext context, CancellationToken cancellationToken);

    /// <summary>Removes branches that have expired, and what creations that no longer run left behind. Returns their names.</summary>
    Task<IReadOnlyList<string>> SweepAsync(RunContext context, CancellationToken cancellationToken);
}
