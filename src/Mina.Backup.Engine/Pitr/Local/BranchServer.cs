using System.Globalization;
using System.Runtime.Versioning;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>The server of one branch: starts, stops and looks at it.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class BranchServer
{
    private const string ForEver = "2000000";
    private const int LogLines = 12;

    private readonly ServerAccount account;
    private readonly BranchFolder folder;

    /// <summary>Creates the handle of a branch's server.</summary>
    public BranchServer(ServerAccount account, BranchFolder folder)
    {
        this.account = account;
        this.folder = folder;
    }

    /// <summary>Process id of the server; null when it does not run.</summary>
    public int? ProcessId => int.TryParse(LockFileLine(0), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsServer(id) ? id : null;

    // What the server writes for pg_ctl: starting, stopping, standby or ready.
    private string? Status => LockFileLine(7)?.Trim();

    /// <summary>Starts it and waits until it takes connections: at its point, or, where it pauses, once it is consistent.</summary>
    /// <exception cref="MinaException">What its log says about why it did not.</exception>
    public async Task StartAsync(string binDirectory, CancellationToken cancellationToken)
    {
        try
        {
            await account.RunAsync(Path.Combine(binDirectory, "pg_ctl"), ["start", "-D", folder.Data, "-l", folder.Log, "-w", "-t", ForEver, "-s"], null, cancellationToken);
        }
        catch (ToolException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(e);
        }
    }

    /// <summary>Waits until recovery has ended and it takes connections for writing.</summary>
    /// <exception cref="MinaException">What its log says about why it did not.</exception>
    public async Task WaitForOpeningAsync(CancellationToken cancellationToken)
    {
        // pg_ctl waits no longer than for the start of recovery where nobody may connect during it.
        while (Status != "ready")
        {
            if (ProcessId is null)
            {
                throw Failure(null);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    /// <summary>Stops it in good order; its folder stays.</summary>
    public Task StopAsync(string binDirectory, CancellationToken cancellationToken) =>
        account.RunAsync(Path.Combine(binDirectory, "pg_ctl"), ["stop", "-D", folder.Data, "-m", "fast", "-w", "-t", ForEver, "-s"], null, cancellationToken);

    /// <summary>Ends it at once, if it runs: its data will be removed.</summary>
    public async Task KillAsync()
    {
        for (var attempt = 0; ProcessId is { } id && attempt < 100; attempt++)
        {
            // SIGQUIT is an immediate shutdown, which takes the children along; SIGKILL would leave them.
            await account.RunAsync("/bin/sh", ["-c", attempt < 60 ? "kill -QUIT \"$1\" 2>/dev/null || true" : "kill -KILL \"$1\" 2>/dev/null || true", "sh", id.ToString(CultureInfo.InvariantCulture)], null, CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>How to connect as the superuser without a password, by the socket that only the server's account and root can reach.</summary>
    public ConnectionTarget SocketTarget(int port, string superuser, string database = "postgres") =>
        new() { Host = folder.Root, Port = port, Database = database, Username = superuser };

    /// <summary>How to connect by the loopback address; the password is that of the branch alone.</summary>
    public ConnectionTarget LoopbackTarget(int port, string superuser, string database) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        Username = superuser,
        Password = new Secret(File.ReadAllText(folder.Password).Trim()),
    };

    /// <summary>The error that its log stands for.</summary>
    public MinaException Failure(Exception? inner)
    {
        var log = LastLog();
        var context = new ErrorContext { Target = folder.Root };
        if (log.Contains("recovery ended before configured recovery target was reached", StringComparison.Ordinal))
        {
            return new CatalogException(ErrorCatalog.PointNotArchived, "The archived WAL ends before the point.", context, inner);
        }

        if (log.Contains("No space left on device", StringComparison.Ordinal))
        {
            return BranchErrors.DiskFull(folder.Root, inner);
        }

        var text = string.Join('\n', log.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LogLines));
        return new ToolException(ErrorCatalog.BranchStartFailed, $"The branch's server did not start, or ended: {text}", context, inner);
    }

    /// <summary>Whether the last start failed because somebody else has the port.</summary>
    public bool PortWasTaken() => LastLog().Contains("Address already in use", StringComparison.Ordinal);

    /// <summary>Empties the log before another start.</summary>
    public void ClearLog() => File.Delete(folder.Log);

    private string? LockFileLine(int number)
    {
        try
        {
            return File.ReadLines(Path.Combine(folder.Data, "postmaster.pid")).ElementAtOrDefault(number);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string LastLog() => File.Exists(folder.Log) ? File.ReadAllText(folder.Log) : "";

    // A process id is soon another program's: the server of this folder works in it.
    private bool IsServer(int id)
    {
        if (!Directory.Exists("/proc/self"))
        {
            return IsAlive(id);
        }

        try
        {
            // A branch's folder has a name of its own; what leads to it may be a link.
            var works = new DirectoryInfo($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName;
            return works is not null && Path.GetFileName(works) == Path.GetFileName(folder.Data) && Path.GetFileName(Path.GetDirectoryName(works)) == Path.GetFileName(folder.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
