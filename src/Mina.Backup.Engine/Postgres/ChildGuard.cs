using System.Diagnostics;
using System.Globalization;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// Interrupts a child process when this process ends without having said that the child is done, as after <c>kill -9</c>. A receiver that outlived its
/// supervisor would hold its replication slot against the next one.
/// </summary>
internal sealed class ChildGuard : IAsyncDisposable
{
    private const string Script = """
        trap '' INT HUP TERM
        read -r word || kill -INT "$1" 2> /dev/null
        """;

    private readonly Process? process;

    private ChildGuard(Process? process) => this.process = process;

    /// <summary>Starts guarding a child. On Windows there is no guard: jobs of the console end with it.</summary>
    public static ChildGuard Start(int childId)
    {
        if (OperatingSystem.IsWindows())
        {
            return new ChildGuard(null);
        }

        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "mina-guard", childId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true };
        // It outlives this process, so it takes none of its secrets along.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        return new ChildGuard(Process.Start(start)!);
    }

    /// <summary>Says that the child is done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (process is null)
        {
            return;
        }

        await process.StandardInput.WriteLineAsync("done");
        process.StandardInput.Close();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
