using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Wal;

/// <summary>A cluster of one test with a place for an archive that its account can reach, and the engine over it.</summary>
internal sealed class WalServer : IAsyncDisposable
{
    public const string Passphrase = "pass phrase with ünïcödé";

    private WalServer(TestMachine machine, EphemeralCluster cluster)
    {
        Machine = machine;
        Cluster = cluster;
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public TestMachine Machine { get; }

    public EphemeralCluster Cluster { get; }

    public QuietObserver Observer { get; } = new();

    public string ArchivePath => Path.Combine(Machine.Root, "archive");

    public string SpoolPath => ArchivePath + ".spool";

    public string Uri => Cluster.Target.ToUri();

    public WalEngine Engine => new(Machine.Environment, TimeProvider.System);

    public static Task<WalServer> StartAsync(params (string Name, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>Starts a server of version 17 or newer; skips the test where there is none.</summary>
    public static Task<WalServer> StartNewerAsync() => StartAsync(NewerServer.RequirePrograms(), []);

    private static async Task<WalServer> StartAsync(string? programs, (string Name, string Value)[] settings)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters need Unix.");
        var machine = new TestMachine().Set("GPG_BACKUP_PASSPHRASE", Passphrase);
        if (!OperatingSystem.IsWindows())
        {
            // The server's account passes through it to the spool.
            File.SetUnixFileMode(machine.Root, File.GetUnixFileMode(machine.Root) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        var options = new EphemeralClusterOptions { Settings = settings.ToDictionary(setting => setting.Name, setting => setting.Value) };
        var host = HostEnvironment.Current();
        if (programs is not null)
        {
            host = host with { Variable = machine.Set("MINA_PG_BIN", programs).Environment.Variable };
        }

        var cluster = await EphemeralCluster.StartAsync(options, host, Cancel);
        machine.Set("MINA_WAL_ARCHIVE", Path.Combine(machine.Root, "archive")).Set("DATABASE_URL", cluster.Target.ToUri());
        return new WalServer(machine, cluster);
    }

    public async Task RestartAsync()
    {
        await Cluster.StopAsync(Cancel);
        await Cluster.RestartAsync(Cancel);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await new PostgresConnector(Cluster.Target).OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await new PostgresConnector(Cluster.Target).OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }

    /// <summary>Waits until something holds; a test that waits too long fails with the words given.</summary>
    public static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, () => what);

    /// <summary>Waits until something holds; a test that waits too long fails with the words that are asked for then.</summary>
    public static Task UntilAsync(Func<Task<bool>> condition, Func<string> what) => Eventually.TrueAsync(condition, what, TimeSpan.FromMilliseconds(100));

    /// <summary>Ends the current segment and returns its name. Nothing written since the last end gives the start of a segment, which servers before 16 count to the one before.</summary>
    public Task<string> SwitchAsync() => ScalarAsync<string>("SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal() - 1)");

    /// <summary>Runs a program as the server's account.</summary>
    public static Task<ProgramOutput> AsServerAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Programs.TryAsync("runuser", ["-u", "postgres", "--", program, .. arguments])
        : Programs.TryAsync(program, arguments);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Machine.Dispose();
    }
}
