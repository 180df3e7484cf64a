using Mina.Backup.Model;

namespace Mina.Backup.Engine.Storage;

/// <summary>Turns the platform's failures into the contract's.</summary>
internal static class StorageErrors
{
    // errno in HResult on Unix (ENOSPC, EDQUOT on Linux and macOS), ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private const int ExistsUnix = 17;
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsFileExists = unchecked((int)0x80070050);
    private const int NoSpace = 28;
    private const int QuotaLinux = 122;
    private const int QuotaMac = 69;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether a file could not be opened because somebody else holds it: a lock (EWOULDBLOCK) or, on Windows, its share mode.</summary>
    public static bool IsHeld(IOException e) => e.HResult is WouldBlockLinux or WouldBlockMac or WindowsSharingViolation;

    /// <summary>Whether a file could not be created because its name is taken.</summary>
    public static bool IsTaken(IOException e) => e.HResult is ExistsUnix or WindowsFileExists;

    /// <summary>Runs something and translates its failures.</summary>
    public static T Translate<T>(string path, string done, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsPlatforms(e))
        {
            throw From(e, path, done);
        }
    }

    /// <summary>Runs something and translates its failures.</summary>
    public static async ValueTask<T> TranslateAsync<T>(string path, string done, Func<ValueTask<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (IsPlatforms(e))
        {
            throw From(e, path, done);
        }
    }

    /// <summary>An object is not there.</summary>
    public static StorageException NotFound(string path, Exception? inner = null) =>
        new(ErrorCatalog.ObjectNotFound, $"There is no file {path}.", new ErrorContext { Target = path }, inner);

    /// <summary>A name is taken.</summary>
    public static StorageException Exists(string path, bool beingWritten, Exception? inner = null) => new(
        ErrorCatalog.ObjectExists,
        beingWritten ? $"The file {path} is being written by another run." : $"The file {path} exists already.",
        new ErrorContext { Target = path, Action = beingWritten ? "Wait until the other run has ended." : null },
        inner);

    private static bool IsPlatforms(Exception e) => e is IOException or UnauthorizedAccessException;

    private static StorageException From(Exception e, string path, string done)
    {
        var context = new ErrorContext { Target = path };
        return e switch
        {
            // What is to be created is not missing: its folder cannot be made, as in /proc.
            FileNotFoundException or DirectoryNotFoundException when done == "created" => new(ErrorCatalog.StorageFailed, $"{path} cannot be created: its folder cannot be made.", context, e),
            FileNotFoundException or DirectoryNotFoundException => NotFound(path, e),
            UnauthorizedAccessException => new(ErrorCatalog.StorageAccessDenied, $"{path} cannot be {done}: access is denied.", context, e),
            IOException { HResult: NoSpace or QuotaLinux or WindowsHandleDiskFull or WindowsDiskFull } => Full(e, context, path),
            IOException { HResult: QuotaMac } when OperatingSystem.IsMacOS() => Full(e, context, path),
            _ => new(ErrorCatalog.StorageFailed, $"{path} cannot be {done}: {e.Message}", context, e),
        };
    }

    private static StorageException Full(Exception e, ErrorContext context, string path) =>
        new(ErrorCatalog.DiskFull, $"The disk that holds {path} is full, or its quota is used up.", context, e);
}
