using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Pipeline;

/// <summary>
/// The disposable clusters of this process. A cluster outlives the command that starts it and ends with the process, so its keeper
/// belongs to the process, not to a command or a runspace.
/// </summary>
internal static class EphemeralClusters
{
    /// <summary>The keeper.</summary>
    public static ClusterKeeper Keeper { get; } = new(HostEnvironment.Current());
}
