using Microsoft.Win32.SafeHandles;

namespace Mina.Backup.Engine.Storage;

/// <summary>How backup files are opened.</summary>
internal static class FileAccessRules
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens a finished file for reading.</summary>
    public static SafeFileHandle OpenRead(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);

    /// <summary>Opens an unfinished file if nobody holds its lock; an <see cref="IOException"/> when somebody does.</summary>
    public static SafeFileHandle OpenLocked(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    /// <summary>
    /// Creates a file of this user alone, under an exclusive lock that lives as long as the handle (flock on Unix, share mode on
    /// Windows). Fails when the name is taken.
    /// </summary>
    public static FileStream CreateLocked(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }
}
