namespace Mina.Backup.Engine.Catalog;

/// <summary>What a file in a backup place is to its backup.</summary>
public enum BackupFileKind
{
    /// <summary>The dump itself.</summary>
    Data,

    /// <summary>The companion with roles and tablespaces.</summary>
    Globals,

    /// <summary>The index: content per table and where each member stands.</summary>
    Index,

    /// <summary>The manifest.</summary>
    Manifest,
}
