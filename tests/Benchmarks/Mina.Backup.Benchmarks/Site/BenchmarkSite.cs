using System.Globalization;
using System.Security.Cryptography;
using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Benchmarks.Site;

/// <summary>Where a benchmark happens: a disposable server, a folder, gpg's home and the variables that all contestants get.</summary>
internal sealed class BenchmarkSite : IAsyncDisposable
{
    /// <summary>The database that is backed up.</summary>
    public const string Database = "bench";

    // Nothing that wakes up by itself in the middle of a run, and no more checkpoints than a server of this size would make.
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["shared_buffers"] = "256MB",
        ["maintenance_work_mem"] = "256MB",
        ["max_wal_size"] = "8GB",
        ["checkpoint_timeout"] = "1h",
        ["autovacuum"] = "off",
    };

    private readonly EphemeralCluster cluster;
    private readonly DirectoryInfo folder;
    private readonly Dictionary<string, string> variables;

    private BenchmarkSite(string root, DirectoryInfo folder, EphemeralCluster cluster)
    {
        this.cluster = cluster;
        this.folder = folder;
        Root = root;
        var gnupg = Directory.CreateDirectory(PathOf("gnupg"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        variables = new Dictionary<string, string>(cluster.Target.WithDatabase(Database).ToEnvironment(), StringComparer.Ordinal)
        {
            ["DATABASE_URL"] = UriOf(Database),
            ["GPG_BACKUP_PASSPHRASE"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)),
            ["GNUPGHOME"] = gnupg.FullName,
            ["MINA_STATE_PATH"] = PathOf("state"),
            ["PATH"] = cluster.BinDirectory + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
            ["LC_ALL"] = "C.UTF-8",
        };
    }

    /// <summary>The repository.</summary>
    public string Root { get; }

    /// <summary>Version of the server.</summary>
    public string ServerVersion => cluster.ServerVersion;

    /// <summary>Process id of the server.</summary>
    public string ServerProcess => cluster.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <summary>What differs from the disposable cluster's own settings.</summary>
    public static IReadOnlyDictionary<string, string> ServerSettings => Settings;

    /// <summary>Starts the server in a temporary folder.</summary>
    public static async Task<BenchmarkSite> StartAsync(string root, CancellationToken cancellationToken)
    {
        var cluster = await EphemeralCluster.StartAsync(new EphemeralClusterOptions { Settings = Settings }, HostEnvironment.Current(), cancellationToken);
        return new BenchmarkSite(root, Directory.CreateTempSubdirectory("mina-bench-"), cluster);
    }

    /// <summary>Path of a file or folder at the site.</summary>
    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Connection URI of a database on the server.</summary>
    public string UriOf(string database) => cluster.Target.WithDatabase(database).ToUri();

    /// <summary>A program with the site's variables.</summary>
    public ChildProgram Program(string path, IReadOnlyList<string> arguments, params (string Name, string Value)[] more)
    {
        var all = new Dictionary<string, string>(variables, StringComparer.Ordinal);
        foreach (var (name, value) in more)
        {
            all[name] = value;
        }

        return new ChildProgram(path, arguments, all);
    }

    /// <summary>A pipeline of programs, as an operator's script would run it.</summary>
    public ChildProgram Pipeline(string script, params (string Name, string Value)[] more) => Program("bash", ["-c", "set -euo pipefail; " + script], more);

    /// <summary>Runs SQL and returns what it printed.</summary>
    public async Task<string> SqlAsync(string database, string sql, CancellationToken cancellationToken) =>
        (await Program("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]).RunAsync(cancellationToken)).Trim();

    /// <summary>Makes a database of about so many megabytes.</summary>
    public async Task LoadAsync(string database, int megabytes, CancellationToken cancellationToken)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Loading a database of about {megabytes} MB"));
        await SqlAsync("postgres", $"CREATE DATABASE {database} TEMPLATE template0", cancellationToken);
        var sample = Path.Combine(Root, "tests", "Benchmarks", "bench-sample.sql");
        var size = string.Create(CultureInfo.InvariantCulture, $"megabytes={megabytes}");
        await Program("psql", ["-X", "-q", "-v", size, "-d", database, "-f", sample]).RunAsync(cancellationToken);
    }

    /// <summary>Removes a database, if it is there.</summary>
    public Task DropAsync(string database, CancellationToken cancellationToken) =>
        SqlAsync("postgres", $"DROP DATABASE IF EXISTS {database}", cancellationToken);

    /// <summary>Writes out what earlier runs left in memory, so that no contestant pays for another.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await SqlAsync("postgres", "CHECKPOINT", cancellationToken);
        await Program("sync", ["-f", folder.FullName]).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await Program("gpgconf", ["--kill", "all"]).RunAsync(CancellationToken.None);
        folder.Delete(recursive: true);
    }
}
