using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>What drills have to prove, each by itself: the recovery of one database from its backups, or of a cluster to a point in time.</summary>
/// <param name="Type">What is recovered from.</param>
/// <param name="Database">The database; null for a whole cluster.</param>
internal sealed record DrillTarget(DrillType Type, string? Database)
{
    /// <summary>Whether it stands for drills that found no backup to recover.</summary>
    public bool IsNothing => Type == DrillType.Backup && Database is null;

    /// <summary>The target of a drill.</summary>
    public static DrillTarget Of(RecoveryDrillResult drill) => new(drill.Type, drill.Database);
}
