using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>
/// Makes and holds branches. A branch that was returned by <see cref="CreateAsync"/> lives on by itself, is found again by
/// <see cref="FindAsync"/> and <see cref="ListAsync"/> from any process of the same user, and goes by <see cref="RemoveAsync"/>, by <see cref="SweepAsync"/>, or by whoever holds
/// it once it expires; nothing of it remains then.
/// A creation that fails or is canceled leaves nothing. Failures are <see cref="MinaException"/>s. Listing, finding, sweeping and removing are idempotent.
/// </summary>
public interface IPitrProvider
{
    /// <summary>Which one it is.</summary>
    PitrProvider Kind { get; }

    /// <summary>Makes a branch.</summary>
    /// <exception cref="MinaException"><c>BranchExists</c>; <c>PointNotReachable</c> and its kin when the point cannot be reached exactly.</exception>
    Task<PitrBranch> CreateAsync(PitrBranchRequest request, RunContext context, CancellationToken cancellationToken);

    /// <summary>Its branches as they are now, in no order. Where a connection costs requests of its own, the branches come without it.</summary>
    Task<IReadOnlyList<PitrBranch>> ListAsync(RunContext context, CancellationToken cancellationToken);

    /// <summary>One branch, with its connection if it serves; null when there is none of that name.</summary>
    Task<PitrBranch?> FindAsync(string name, RunContext context, CancellationToken cancellationToken);

    /// <summary>Whether there is a branch of that name. Nothing is changed.</summary>
    /// <exception cref="MinaException"><c>BranchProtected</c>, <c>BranchNotOurs</c> when there is one that must not be removed.</exception>
    Task<bool> EnsureRemovableAsync(string name, bool force, RunContext context, CancellationToken cancellationToken);

    /// <summary>Removes a branch; null when there is none of that name.</summary>
    /// <exception cref="MinaException">As <see cref="EnsureRemovableAsync"/>.</exception>
    Task<RemovedPitrBranch?> RemoveAsync(string name, bool force, RunContext context, CancellationToken cancellationToken);

    /// <summary>Removes branches that have expired, and what creations that no longer run left behind, where nobody else does. Returns their names.</summary>
    Task<IReadOnlyList<string>> SweepAsync(RunContext context, CancellationToken cancellationToken);
}
