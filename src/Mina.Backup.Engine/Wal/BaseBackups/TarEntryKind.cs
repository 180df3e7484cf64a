namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>What an entry of a base backup's tar is; a data directory has nothing else.</summary>
public enum TarEntryKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Link,
}
