using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>The branches of some providers, as far as these could be asked: one that cannot be reached hides nothing of the others.</summary>
/// <param name="Branches">The branches, newest first.</param>
/// <param name="Failures">Why the branches of some providers are not among them, one failure for each.</param>
public sealed record PitrBranchListing(IReadOnlyList<PitrBranch> Branches, IReadOnlyList<MinaException> Failures);
