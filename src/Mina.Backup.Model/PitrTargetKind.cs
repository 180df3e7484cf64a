namespace Mina.Backup.Model;

/// <summary>How a point in time is named.</summary>
public enum PitrTargetKind
{
    /// <summary>By the clock.</summary>
    Time,

    /// <summary>By a position in the WAL.</summary>
    Lsn,

    /// <summary>By a transaction.</summary>
    Xid,

    /// <summary>By a name that <c>pg_create_restore_point</c> wrote.</summary>
    RestorePoint,

    /// <summary>The end of what the archive holds.</summary>
    Latest,
}
