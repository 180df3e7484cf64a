namespace Mina.Backup.Engine.Wal;

/// <summary>What a file of an archive or spool is.</summary>
public enum WalFileKind
{
    /// <summary>A complete segment.</summary>
    Segment,

    /// <summary>The beginning of a segment: still being received, or the last of a timeline that was left by a promotion.</summary>
    Partial,

    /// <summary>How a timeline came into being.</summary>
    History,

    /// <summary>What PostgreSQL archives about a base backup: its start, end and label.</summary>
    BackupLabel,
}
