using System.Diagnostics;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// A shell that waits for its input to end, which happens when this process does, however it does, and then ends the server and
/// removes its folder. So a cluster outlives neither <c>kill -9</c> nor Ctrl+C.
/// </summary>
internal sealed class ClusterGuard : IAsyncDisposable
{
    // $1 is the cluster's folder. An immediate shutdown (SIGQUIT) suffices: the data is thrown away. The lock file goes with the server; its process may stay for seconds
    // more as a zombie, until whoever adopted it looks.
    private const string Script = """
        trap '' INT HUP TERM
        word=$(cat)
        [ "$word" != keep ] || exit 0
        cd /
        round=0
        while [ $round -lt 3 ]; do
            if [ -f "$1/data/postmaster.pid" ]; then
                pid=$(head -n 1 "$1/data/postmaster.pid")
                case $pid in ''|*[!0-9]*|0|1) ;; *)
                    kill -QUIT "$pid" 2>/dev/null
                    waited=0
                    while [ -f "$1/data/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null && [ $waited -lt 100 ]; do sleep 0.05; waited=$((waited+1)); done
                    [ ! -f "$1/data/postmaster.pid" ] || kill -9 "$pid" 2>/dev/null ;;
                esac
            fi
            rm -rf "$1" 2>/dev/null
            [ -e "$1" ] || exit 0
            round=$((round+1)); sleep 0.2
        done
        exit 1
        """;

    private readonly Process process;
    private bool disposed;

    private ClusterGuard(Process process) => this.process = process;

    /// <summary>Starts guarding a folder.</summary>
    public static ClusterGuard Start(string folder)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "mina-guard", folder]) { RedirectStandardInput = true };
        // It outlives this process, so it takes none of its secrets along.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        return new ClusterGuard(Process.Start(start)!);
    }

    /// <summary>Sends the guard home: server and folder stay, and outlive this process.</summary>
    public async Task ReleaseAsync()
    {
        await process.StandardInput.WriteAsync("keep");
        await DisposeAsync();
    }

    /// <summary>Lets the guard do its work, and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        process.StandardInput.Close();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
