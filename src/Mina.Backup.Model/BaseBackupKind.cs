namespace Mina.Backup.Model;

/// <summary>What a base backup holds.</summary>
public enum BaseBackupKind
{
    /// <summary>All files of the cluster.</summary>
    Full,

    /// <summary>What changed since another base backup, its parent, which it cannot be used without.</summary>
    Incremental,
}
