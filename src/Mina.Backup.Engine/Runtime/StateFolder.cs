using Mina.Backup.Model;

namespace Mina.Backup.Engine.Runtime;

/// <summary>The folder of logs and history: of this user alone (0700), its files too (0600).</summary>
internal static class StateFolder
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder when it is absent.</summary>
    /// <exception cref="StorageException"><c>StorageAccessDenied</c>, <c>StorageFailed</c>.</exception>
    public static void Ensure(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, FolderMode);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(e, path);
        }
    }

    /// <summary>Opens a file for writing, and for reading too where that is asked for; one that it makes is this user's alone.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share, FileAccess access = FileAccess.Write)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode0600;
        }

        return new FileStream(path, options);
    }

    /// <summary>The product's error for a failure on the folder or a file in it.</summary>
    public static StorageException Translate(Exception e, string path)
    {
        var context = new ErrorContext { Target = path, Action = "Check the folder, or set MINA_STATE_PATH to another one." };
        return e is UnauthorizedAccessException
            ? new StorageException(ErrorCatalog.StorageAccessDenied, $"{path} cannot be written: {e.Message}", context, e)
            : new StorageException(ErrorCatalog.StorageFailed, $"{path} cannot be written: {e.Message}", context, e);
    }
}
