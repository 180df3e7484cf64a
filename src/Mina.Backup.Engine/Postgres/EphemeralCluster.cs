using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// A disposable PostgreSQL server on this machine, on a socket in a folder of its own and, on request, on the loopback address.
/// Server and folder go when it is disposed, and also when this process is killed.
/// </summary>
public sealed class EphemeralCluster : IAsyncDisposable
{
    private const int SocketPort = 5432;
    private const int StartAttempts = 5;

    private readonly ServerAccount account;
    private readonly ClusterGuard guard;
    private readonly string folder;
    private readonly string bin;
    private bool disposed;

    private EphemeralCluster(ServerAccount account, ClusterGuard guard, string folder, ClientTool server)
    {
        this.account = account;
        this.guard = guard;
        this.folder = folder;
        bin = Path.GetDirectoryName(server.Path)!;
        ServerVersion = server.VersionText;
    }

    /// <summary>Its superuser on database <c>postgres</c>: by the loopback address when it listens there, else by the socket.</summary>
    public ConnectionTarget Target { get; private set; } = null!;

    /// <summary>Folder of everything that belongs to it, the socket included.</summary>
    public string Folder => folder;

    /// <summary>Data directory.</summary>
    public string DataDirectory => Path.Combine(folder, "data");

    /// <summary>The server's log.</summary>
    public string LogPath => Path.Combine(folder, "log");

    /// <summary>Folder of the server's programs.</summary>
    public string BinDirectory => bin;

    /// <summary>Server version.</summary>
    public string ServerVersion { get; }

    /// <summary>Process id of the postmaster, from its lock file.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(DataDirectory, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Facts about it for an operator.</summary>
    public EphemeralClusterInfo Info => new()
    {
        ConnectionUri = Target.ToUri(),
        Host = Target.Host,
        Port = Target.Port,
        DataDirectory = DataDirectory,
        ServerVersion = ServerVersion,
        ProcessId = ProcessId,
    };

    /// <summary>Makes a cluster and starts it.</summary>
    /// <exception cref="ToolException"><c>ToolMissing</c> without the server's programs; <c>ClusterStartFailed</c>.</exception>
    public static async Task<EphemeralCluster> StartAsync(EphemeralClusterOptions options, HostEnvironment env, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new ToolException(ErrorCatalog.ClusterStartFailed, "Disposable clusters need a Unix shell.", new ErrorContext { Action = "Run this on Linux, macOS or WSL." });
        }

        var server = await new ClientTools(env).FindAsync("postgres", options.Major ?? 0, cancellationToken);
        if (options.Major is { } wanted && server.Version.Major != wanted)
        {
            throw new ToolException(
                ErrorCatalog.ToolMissing,
                string.Create(CultureInfo.InvariantCulture, $"The server programs of PostgreSQL {wanted} are not found{(env.Variable("MINA_PG_BIN") is { } named ? $" in MINA_PG_BIN ({named})" : "")}, but those of {server.VersionText} are."),
                new ErrorContext
                {
                    Target = "postgres",
                    Action = string.Create(CultureInfo.InvariantCulture, $"Install the server programs of PostgreSQL {wanted}, or set MINA_PG_BIN to their folder."),
                });
        }

        var account = new ServerAccount();
        var made = await account.RunAsync("/bin/sh", ["-c", "umask 077; mktemp -d \"$1/mina-pg-XXXXXX\"", "sh", env.TempDirectory], null, cancellationToken);
        var folder = made.Trim();
        var cluster = new EphemeralCluster(account, ClusterGuard.Start(folder), folder, server);
        try
        {
            await cluster.InitializeAsync(options, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server in good order; its folder stays.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        account.RunAsync(Program("pg_ctl"), ["stop", "-D", DataDirectory, "-m", "fast", "-w"], null, cancellationToken);

    /// <summary>Stops the server as a crash would (immediate shutdown); its folder stays.</summary>
    public Task KillAsync(CancellationToken cancellationToken) =>
        account.RunAsync(Program("pg_ctl"), ["stop", "-D", DataDirectory, "-m", "immediate", "-w"], null, cancellationToken);

    /// <summary>Starts the server again after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => StartServerAsync(cancellationToken);

    /// <summary>Leaves server and folder to whoever asked for them: they outlive this object and this process.</summary>
    public async Task ReleaseAsync()
    {
        disposed = true;
        await guard.ReleaseAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            await guard.DisposeAsync();
        }
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task InitializeAsync(EphemeralClusterOptions options, CancellationToken cancellationToken)
    {
        var password = NewPassword();
        var passwordFile = Path.Combine(folder, "password");
        await account.WriteFileAsync(passwordFile, password + "\n", append: false, cancellationToken);
        await account.RunAsync(
            Program("initdb"),
            [
                "-D", DataDirectory, "-U", options.Superuser, "--encoding=UTF8", $"--locale={options.Locale}", "--no-sync",
                $"--auth-local={(options.PasswordAuth ? "scram-sha-256" : "trust")}", "--auth-host=scram-sha-256", $"--pwfile={passwordFile}",
                .. options.InitdbArguments,
            ],
            null,
            cancellationToken);
        await account.RunAsync("/bin/rm", [passwordFile], null, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Tcp ? FreePort() : SocketPort;
            await account.WriteFileAsync(Path.Combine(DataDirectory, "postgresql.auto.conf"), Configuration(options, port), append: false, cancellationToken);
            try
            {
                await StartServerAsync(cancellationToken);
                Target = new ConnectionTarget
                {
                    Host = options.Tcp ? "127.0.0.1" : folder,
                    Port = port,
                    Database = "postgres",
                    Username = options.Superuser,
                    Password = options.Tcp || options.PasswordAuth ? new Secret(password) : null,
                };
                return;
            }
            catch (ToolException e) when (options.Tcp && attempt < StartAttempts && e.Message.Contains("Address already in use", StringComparison.Ordinal))
            {
                // Somebody took the port between the look and the start: try another.
                await account.WriteFileAsync(LogPath, string.Empty, append: false, cancellationToken);
            }
        }
    }

    private string Configuration(EphemeralClusterOptions options, int port)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["listen_addresses"] = options.Tcp ? "127.0.0.1" : string.Empty,
            ["unix_socket_directories"] = folder,
            ["logging_collector"] = "off",
            ["lc_messages"] = "C",
            ["shared_buffers"] = "64MB",
            ["max_connections"] = "100",
        };
        if (options.FastButUnsafe)
        {
            settings["fsync"] = "off";
            settings["synchronous_commit"] = "off";
            settings["full_page_writes"] = "off";
        }

        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        var text = new StringBuilder();
        foreach (var (name, value) in settings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} = '{value.Replace("'", "''", StringComparison.Ordinal)}'\n");
        }

        return text.ToString();
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await account.RunAsync(Program("pg_ctl"), ["start", "-D", DataDirectory, "-l", LogPath, "-w", "-t", "60", "-s"], null, cancellationToken);
        }
        catch (ToolException e) when (File.Exists(LogPath))
        {
            var log = string.Join('\n', File.ReadLines(LogPath).TakeLast(20));
            throw new ToolException(ErrorCatalog.ClusterStartFailed, $"The disposable server did not start: {log}", e.Context, e);
        }
    }

    private string Program(string name) => Path.Combine(bin, name);
}
