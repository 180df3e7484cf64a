namespace Mina.Backup.Model;

/// <summary>What a recovery drill recovers from.</summary>
public enum DrillType
{
    /// <summary>A full backup.</summary>
    Backup,

    /// <summary>A branch at a point in time.</summary>
    Pitr,
}
