using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>
/// A real PostgreSQL server for one scenario or for all of them. It is made with initdb and nothing of the product, so that it can
/// also be killed, filled up and started again. Trust through its socket, passwords over loopback. A guard process removes it
/// should the test process die.
/// </summary>
public sealed class ScenarioServer : IAsyncDisposable
{
    /// <summary>Password of the superuser over loopback.</summary>
    public const string Password = "sup3r/Secret pw";

    private readonly string folder;
    private readonly string settings;
    private readonly string? programs;
    private readonly Process guard;

    private ScenarioServer(string folder, string dataDirectory, int port, string settings, string? programs)
    {
        this.programs = programs;
        this.folder = folder;
        this.settings = settings;
        DataDirectory = dataDirectory;
        Port = port;
        guard = Programs.Start("sh", ["-c", "read line; kill -QUIT $(head -n 1 \"$1/postmaster.pid\") 2>/dev/null; sleep 0.2; rm -rf \"$0\"", folder, dataDirectory]);
    }

    /// <summary>Data directory.</summary>
    public string DataDirectory { get; }

    /// <summary>Loopback port.</summary>
    public int Port { get; }

    /// <summary>Folder of its socket.</summary>
    public string SocketFolder => folder;

    /// <summary>Makes and starts a server.</summary>
    /// <param name="extraSettings">Settings beyond the usual ones.</param>
    /// <param name="dataParent">Folder for the data directory, such as a small file system; WAL stays elsewhere.</param>
    /// <param name="serverPrograms">Folder of the server's programs; the installed ones when null.</param>
    public static async Task<ScenarioServer> StartAsync(IReadOnlyDictionary<string, string>? extraSettings = null, string? dataParent = null, string? serverPrograms = null)
    {
        var folder = Directory.CreateTempSubdirectory("mina-scenario-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        }

        var data = Path.Combine(dataParent ?? folder, "data");
        if (IsRoot)
        {
            await Programs.RunAsync("chown", ["postgres", folder, dataParent ?? folder]);
        }

        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        var programs = serverPrograms ?? Programs.ServerPrograms;
        await ServerProgramAsync(programs, "initdb", ["-D", data, "-X", Path.Combine(folder, "wal"), "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.utf8", "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={passwordFile}"]);
        File.Delete(passwordFile);
        var all = new Dictionary<string, string>
        {
            ["unix_socket_directories"] = folder,
            ["listen_addresses"] = "127.0.0.1",
            ["fsync"] = "off",
            ["full_page_writes"] = "off",
            ["wal_level"] = "logical",
            ["max_prepared_transactions"] = "5",
            ["max_connections"] = "60",
            ["autovacuum"] = "off",
        };
        foreach (var (name, value) in extraSettings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        var server = new ScenarioServer(folder, data, FreePort(), string.Join(' ', all.Select(pair => $"-c {pair.Key}='{pair.Value}'")), programs);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Connection URI of the superuser over the socket.</summary>
    public string Uri(string database, string user = "postgres") =>
        $"postgresql://{user}@{System.Uri.EscapeDataString(folder)}:{Port}/{System.Uri.EscapeDataString(database)}";

    /// <summary>Connection URI over loopback, with a password.</summary>
    public string LoopbackUri(string database, string user = "postgres", string password = Password) =>
        $"postgresql://{user}:{System.Uri.EscapeDataString(password)}@127.0.0.1:{Port}/{System.Uri.EscapeDataString(database)}";

    /// <summary>Npgsql's connection string of the superuser over the socket, without pooling.</summary>
    public string ConnectionString(string database) =>
        $"Host={folder};Port={Port};Username=postgres;Database={database};Pooling=false;Timeout=5";

    /// <summary>Environment for client programs.</summary>
    public Dictionary<string, string> ClientEnvironment(string database) => new()
    {
        ["PGHOST"] = folder,
        ["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture),
        ["PGUSER"] = "postgres",
        ["PGDATABASE"] = database,
        ["PGOPTIONS"] = "-c timezone=UTC -c bytea_output=hex -c datestyle=ISO -c intervalstyle=postgres",
    };

    /// <summary>Runs SQL with psql and gives what it prints, unaligned, without headings.</summary>
    public async Task<string> SqlAsync(string database, string sql) =>
        (await Programs.RunAsync("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"], ClientEnvironment(database), sql)).TrimEnd('\n');

    /// <summary>Creates a database from template0 and runs one of the schema files in it.</summary>
    public async Task CreateAsync(string database, string? schemaFile = null)
    {
        await SqlAsync("postgres", $"CREATE DATABASE \"{database}\" TEMPLATE template0");
        if (schemaFile is not null)
        {
            await Programs.RunAsync("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-f", Path.Combine(AppContext.BaseDirectory, "Schemas", schemaFile)], ClientEnvironment(database));
        }
    }

    /// <summary>Databases of the server, in order of name.</summary>
    public async Task<IReadOnlyList<string>> DatabasesAsync() =>
        (await SqlAsync("postgres", "SELECT datname FROM pg_database ORDER BY datname COLLATE \"C\"")).Split('\n');

    /// <summary>Drops every database that initdb did not make.</summary>
    public async Task DropAllAsync()
    {
        await SqlAsync("postgres", """
            SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE database = current_database() \gexec
            SELECT format('SELECT pg_drop_replication_slot(%L)', slot_name) FROM pg_replication_slots \gexec
            SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') \gexec
            """);
    }

    /// <summary>Kills every process of the server as a power cut would.</summary>
    public async Task KillAsync()
    {
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(DataDirectory, "postmaster.pid")))[0];

        // Its children are whoever works in the data directory; /proc/PID/task/PID/children leaves some out while others come and go.
        await Programs.RunAsync("sh", ["-c",
            """
            kill -9 "$1"
            found=yes
            while [ -n "$found" ]; do
                found=
                for process in /proc/[0-9]*; do
                    if [ "$(readlink "$process/cwd" 2>/dev/null)" = "$2" ]; then
                        found=yes
                        kill -9 "${process#/proc/}" 2>/dev/null
                    fi
                done
            done
            """,
            "sh", postmaster, DataDirectory]);
    }

    /// <summary>Starts the server after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        File.Delete(Path.Combine(DataDirectory, "postmaster.pid"));
        File.Delete(Path.Combine(folder, $".s.PGSQL.{Port}.lock"));
        try
        {
            await ServerProgramAsync(programs, "pg_ctl", ["-D", DataDirectory, "-s", "-w", "-t", "120", "-l", Path.Combine(folder, "server.log"), "-o", $"-p {Port} {settings}", "start"]);
        }
        catch (InvalidOperationException failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{await LogAsync()}", failure);
        }
    }

    /// <summary>The end of the server's log.</summary>
    public async Task<string> LogAsync() => string.Join('\n', (await File.ReadAllLinesAsync(Path.Combine(folder, "server.log"))).TakeLast(20));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        guard.StandardInput.Close();
        await guard.WaitForExitAsync();
        guard.Dispose();
        if (Directory.Exists(DataDirectory))
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    private static async Task ServerProgramAsync(string? programs, string program, IReadOnlyList<string> arguments)
    {
        var path = programs is null ? program : Path.Combine(programs, program);

        // A started server keeps inherited pipes open, so the shell gives it files instead.
        string[] command = IsRoot ? ["runuser", "-u", "postgres", "--", path, .. arguments] : [path, .. arguments];
        var result = await Programs.TryAsync("sh", ["-c", "out=$(mktemp); \"$@\" >\"$out\" 2>&1 </dev/null; code=$?; cat \"$out\"; rm -f \"$out\"; exit $code", "sh", .. command]);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {result.ExitCode}: {result.Output}{result.Errors}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
