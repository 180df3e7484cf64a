using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mina.Backup.Engine.Storage;

/// <summary>What the platform's libraries do not offer: owner of a file, rename without overwriting by link, flush of a folder.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class UnixFiles
{
    private const int SharedLock = 1;

    /// <summary>SYNC_FILE_RANGE_WRITE of sync_file_range(2).</summary>
    private const uint WriteRange = 2;

    /// <summary>User id that this process acts as.</summary>
    public static uint EffectiveUser() => geteuid();

    /// <summary>User id of a file's owner.</summary>
    public static uint OwnerOf(string path)
    {
        // The runtime's own shim hides the differences of struct stat between systems and processors.
        return Stat(path, out var status) == 0 ? status.Uid : throw Failure($"The owner of {path} cannot be read");
    }

    /// <summary>User and group id of a file's owners.</summary>
    public static (uint User, uint Group) OwnersOf(string path) =>
        Stat(path, out var status) == 0 ? (status.Uid, status.Gid) : throw Failure($"The owner of {path} cannot be read");

    /// <summary>Gives a file to another user and group; of a link, the link itself. Only root may.</summary>
    public static void ChangeOwners(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
        {
            throw Failure($"{path} cannot be given to user {user}");
        }
    }

    /// <summary>Gives a file a second name; fails when that is taken.</summary>
    public static bool TryLink(string from, string to, out int errorCode)
    {
        var done = link(from, to) == 0;
        errorCode = done ? 0 : Marshal.GetLastPInvokeError();
        return done;
    }

    /// <summary>Turns an exclusive lock of this process into a shared one: readers may open the file, and nobody may take it for abandoned.</summary>
    public static void ShareLock(SafeFileHandle file)
    {
        // Where the file system has no locks there was none before either.
        _ = flock(file, SharedLock);
    }

    /// <summary>Starts writing a part of a file to the disk, without waiting: a hint, whose failure the flush at the end would tell.</summary>
    [SupportedOSPlatform("linux")]
    public static void BeginWriteback(SafeFileHandle file, long offset, long length) => _ = sync_file_range(file, offset, length, WriteRange);

    /// <summary>Flushes a folder's entries to the disk.</summary>
    public static void FlushFolder(string folder)
    {
        var descriptor = open(folder, 0);
        if (descriptor < 0)
        {
            throw Failure($"The folder {folder} cannot be opened to be flushed");
        }

        try
        {
            if (fsync(descriptor) != 0)
            {
                throw Failure($"The folder {folder} cannot be flushed");
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string what)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc")]
    private static partial int sync_file_range(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_LStat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, out FileStatus status);

    // Layout of the shim's FileStatus up to the owner, with room for the rest.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private readonly struct FileStatus
    {
        public readonly int Flags;
        public readonly int Mode;
        public readonly uint Uid;
        public readonly uint Gid;
    }
}
