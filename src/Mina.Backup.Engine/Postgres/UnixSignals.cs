using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Asks a process to end in good order, which the platform's libraries cannot.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class UnixSignals
{
    private const int Interruption = 2;

    /// <summary>Sends SIGINT; false when there is no such process.</summary>
    public static bool Interrupt(int processId) => kill(processId, Interruption) == 0;

    [LibraryImport("libc")]
    private static partial int kill(int processId, int signal);
}
