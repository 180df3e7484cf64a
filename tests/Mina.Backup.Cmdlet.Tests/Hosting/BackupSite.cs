using System.Diagnostics;

namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>A disposable cluster with a small database, folders of its own, and a clean environment.</summary>
public sealed class BackupSite : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ModuleSession? session;
    private readonly System.Management.Automation.PSObject? cluster;

    public BackupSite()
    {
        if (OperatingSystem.IsWindows())
        {
            // Disposable clusters do not run there; whoever asks for one is skipped.
            return;
        }

        foreach (var (variable, value) in new (string, string?)[]
        {
            ("DATABASE_URL", null),
            ("GPG_BACKUP_PASSPHRASE", null),
            ("MINA_STATE_PATH", Path.Combine(folder.Path, "state")),
            ("MINA_BACKUP_PATH", Path.Combine(folder.Path, "plain")),
            ("MINA_ENCRYPTED_BACKUP_PATH", Path.Combine(folder.Path, "encrypted")),
        })
        {
            Environment.SetEnvironmentVariable(variable, value);
        }

        session = new ModuleSession();
        var started = session.Run("Start-MinaEphemeralCluster -Setting @{ work_mem = '5MB' }");
        started.ThrowIfFailed();
        cluster = started.Output.Single();
        Sql(ServerUri, "CREATE DATABASE mina");
        Sql(DatabaseUri, "CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 1000) n");
    }

    /// <summary>The server's superuser and its first database.</summary>
    public string ServerUri => (string)Cluster.Properties["ConnectionUri"].Value;

    private System.Management.Automation.PSObject Cluster
    {
        get
        {
            Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
            return cluster!;
        }
    }

    /// <summary>The sample.</summary>
    public string DatabaseUri => UriOf("mina");

    /// <summary>Another database of the server.</summary>
    public string UriOf(string database) => ServerUri.Replace("/postgres?", $"/{database}?", StringComparison.Ordinal) is var changed && changed != ServerUri
        ? changed
        : ServerUri[..(ServerUri.LastIndexOf('/') + 1)] + database;

    /// <summary>A new folder, removed with the site.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(folder.Path, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>Runs SQL by psql and returns what it prints.</summary>
    public string Sql(string uri, string text)
    {
        var start = new ProcessStartInfo("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", uri, "-c", text])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var psql = Process.Start(start)!;
        var error = psql.StandardError.ReadToEndAsync();
        var output = psql.StandardOutput.ReadToEnd();
        psql.WaitForExit();
        return psql.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException(error.Result);
    }

    public void Dispose()
    {
        session?.Run("$args[0] | Stop-MinaEphemeralCluster", Cluster).ThrowIfFailed();
        session?.Dispose();
        folder.Dispose();
    }
}
