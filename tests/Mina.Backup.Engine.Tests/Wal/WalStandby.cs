using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Wal;

/// <summary>A standby of a test's cluster, with the cluster's own configuration but for its socket.</summary>
internal sealed class WalStandby : IAsyncDisposable
{
    private readonly string folder;
    private readonly string bin;

    private WalStandby(string folder, string bin, ConnectionTarget target)
    {
        this.folder = folder;
        this.bin = bin;
        Target = target;
    }

    public ConnectionTarget Target { get; }

    public static async Task<WalStandby> StartAsync(WalServer server)
    {
        var bin = server.Cluster.BinDirectory;
        var made = await RunAsync("mktemp", "-d", "/tmp/mina-standby-XXXXXX");
        var folder = made.Trim();
        var primary = server.Cluster.Target;
        await RunAsync(Path.Combine(bin, "pg_basebackup"), "-h", primary.Host, "-U", primary.Username, "-D", folder + "/data", "-X", "stream", "-R", "-c", "fast");
        await RunAsync("sh", "-c", $"printf \"unix_socket_directories = '%s'\\n\" '{folder}' >> '{folder}/data/postgresql.auto.conf'");
        var standby = new WalStandby(folder, bin, primary with { Host = folder });
        await RunAsync(Path.Combine(bin, "pg_ctl"), "start", "-D", folder + "/data", "-l", folder + "/log", "-w", "-s");
        return standby;
    }

    public Task CatchUpAsync(Lsn lsn) => WalServer.UntilAsync(
        async () => Lsn.Parse(await ScalarAsync<string>("SELECT pg_last_wal_replay_lsn()::text")) >= lsn, "the standby");

    public Task PromoteAsync() => RunAsync(Path.Combine(bin, "pg_ctl"), "promote", "-D", folder + "/data", "-w", "-s");

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await new PostgresConnector(Target).OpenAsync(WalServer.Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(WalServer.Cancel);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await new PostgresConnector(Target).OpenAsync(WalServer.Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(WalServer.Cancel))!;
    }

    public async ValueTask DisposeAsync()
    {
        await WalServer.AsServerAsync(Path.Combine(bin, "pg_ctl"), "stop", "-D", folder + "/data", "-m", "immediate", "-w", "-s");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var result = await WalServer.AsServerAsync(program, arguments);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"{program}: {result.Errors}");
    }
}
