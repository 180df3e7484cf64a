using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Gives a pipe from a program more room than the usual 64 KiB, so that writer and reader wait less for each other. A matter of speed alone.</summary>
internal static partial class WidePipe
{
    // What Linux allows everybody, /proc/sys/fs/pipe-max-size; fcntl(2), F_SETPIPE_SZ.
    private const int Length = 1 << 20;
    private const int SetPipeSize = 1031;

    /// <summary>Widens a pipe; elsewhere than on Linux, and where the user has too many wide ones, it stays as it is.</summary>
    public static void Widen(Stream output)
    {
        if (OperatingSystem.IsLinux() && output is AnonymousPipeClientStream pipe)
        {
            _ = fcntl(pipe.SafePipeHandle.DangerousGetHandle().ToInt32(), SetPipeSize, Length);
        }
    }

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command, int argument);
}
