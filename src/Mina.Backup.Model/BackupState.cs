namespace Mina.Backup.Model;

/// <summary>What is known about a backup's soundness.</summary>
public enum BackupState
{
    /// <summary>Written, never read back.</summary>
    NotVerified,

    /// <summary>Read back in full; everything agreed.</summary>
    Verified,

    /// <summary>The last verification found it damaged.</summary>
    Failed,

    /// <summary>Its manifest is damaged or belongs to another file.</summary>
    ManifestUnreadable,

    /// <summary>A manifest without its data file.</summary>
    DataMissing,

    /// <summary>An incremental base backup one of whose parents is missing or damaged.</summary>
    ChainBroken,
}
