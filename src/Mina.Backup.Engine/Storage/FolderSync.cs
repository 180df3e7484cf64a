namespace Mina.Backup.Engine.Storage;

/// <summary>Makes names durable.</summary>
internal static class FolderSync
{
    /// <summary>Flushes a folder's entries to the disk. Windows journals them and cannot flush a folder.</summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            UnixFiles.FlushFolder(folder);
        }
    }
}
