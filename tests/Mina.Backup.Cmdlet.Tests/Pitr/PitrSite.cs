using System.Diagnostics;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests.Pitr;

/// <summary>A disposable server that archives into a spool, and a clean environment that names archive, spool and folder for branches.</summary>
public sealed class PitrSite : IDisposable
{
    private const string ProgramsVariable = "MINA_PG_BIN";

    private readonly string folder = Directory.CreateTempSubdirectory("mina-pitr-").FullName;
    private readonly string? programsBefore = Environment.GetEnvironmentVariable(ProgramsVariable);
    private readonly TestVariables variables;
    private readonly ModuleSession session;
    private readonly System.Management.Automation.PSObject cluster;

    public PitrSite()
        : this(null, "")
    {
    }

    /// <summary>Makes a site.</summary>
    /// <param name="programs">Folder of the PostgreSQL programs of everything here; those that the machine's packages install when null.</param>
    /// <param name="settings">Settings of the server beyond the usual ones, as entries of a hashtable.</param>
    internal PitrSite(string? programs, string settings)
    {
        Environment.SetEnvironmentVariable(ProgramsVariable, programs ?? programsBefore);
        variables = new TestVariables(
            ("DATABASE_URL", null),
            ("GPG_BACKUP_PASSPHRASE", "correct horse"),
            ("MINA_STATE_PATH", Path.Combine(folder, "state")),
            ("MINA_ENCRYPTED_BACKUP_PATH", Path.Combine(folder, "backups")),
            ("MINA_WAL_ARCHIVE", Path.Combine(folder, "archive")),
            ("MINA_WAL_SPOOL", Path.Combine(folder, "spool")),
            ("MINA_BRANCH_PATH", Path.Combine(folder, "branches")));
        var spool = Path.Combine(folder, "spool");
        Shell($"chmod 711 {folder}; mkdir -m 700 {spool}; [ $(id -u) -ne 0 ] || chown postgres {spool}");
        session = new ModuleSession();
        var started = session.Run(
            "Start-MinaEphemeralCluster -Setting @{ archive_mode = 'on'; wal_level = 'logical'; archive_command = $args[0]; " + settings + " }",
            $"test ! -f {spool}/%f && cp %p {spool}/%f.tmp && mv {spool}/%f.tmp {spool}/%f");
        started.ThrowIfFailed();
        cluster = started.Output.Single();
        Sql(Uri, "CREATE TABLE users AS SELECT n AS id FROM generate_series(1, 1000) n");
    }

    /// <summary>The source.</summary>
    public string Uri => (string)cluster.Properties["ConnectionUri"].Value;

    /// <summary>Folder for branches.</summary>
    public string Branches => Path.Combine(folder, "branches");

    /// <summary>Runs SQL by psql and returns what it prints.</summary>
    public static string Sql(string uri, string text) => Program("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", uri, "-c", text]).Trim();

    /// <summary>Switches to the next segment and waits until everything before is in the spool.</summary>
    public void Archive()
    {
        Sql(Uri, "CREATE TABLE IF NOT EXISTS marker (n int)");
        Sql(Uri, "INSERT INTO marker VALUES (1)");
        var segment = Sql(Uri, "SELECT pg_walfile_name(pg_switch_wal() - 1)");
        Shell($"while [ ! -f {folder}/spool/{segment} ]; do sleep 0.05; done");
    }

    public void Dispose()
    {
        session.Run("Get-MinaPitrBranch | Remove-MinaPitrBranch").ThrowIfFailed();
        session.Run("$args[0] | Stop-MinaEphemeralCluster", cluster).ThrowIfFailed();
        session.Dispose();
        variables.Dispose();
        Environment.SetEnvironmentVariable(ProgramsVariable, programsBefore);
        Directory.Delete(folder, recursive: true);
    }

    private static void Shell(string script) => Program("sh", ["-c", script]);

    private static string Program(string name, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(error.Result);
    }
}
