using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>A provider that can put a branch, or the point it was made at, into the place of the live one by itself, without a backup on the way.</summary>
public interface ISwitchablePitrProvider : IPitrProvider
{
    /// <summary>Puts it in place, in the way that the request names; null when there is no branch of that name.</summary>
    /// <exception cref="MinaException">The provider refused; the live branch is as it was, unless the error says otherwise.</exception>
    Task<PitrSwitchResult?> SwitchAsync(PitrSwitchRequest request, RunContext context, CancellationToken cancellationToken);
}
