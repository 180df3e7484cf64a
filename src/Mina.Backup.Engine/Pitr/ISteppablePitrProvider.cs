using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>A provider whose branches can wait at their point and go on from there.</summary>
public interface ISteppablePitrProvider : IPitrProvider
{
    /// <summary>Takes a paused branch forward to a later point, where it pauses again.</summary>
    /// <exception cref="MinaException"><c>BranchNotPaused</c>, <c>PointBehindBranch</c>, or the point cannot be reached exactly; the branch stays where it was.</exception>
    Task<PitrBranch> StepAsync(PitrStepRequest request, RunContext context, CancellationToken cancellationToken);
}
