namespace Mina.Backup.Model;

/// <summary>What a recovery drill is asked to recover from.</summary>
public enum DrillScope
{
    /// <summary>A full backup.</summary>
    Backup,

    /// <summary>A branch at a point in time.</summary>
    Pitr,

    /// <summary>One drill of each.</summary>
    Both,
}
