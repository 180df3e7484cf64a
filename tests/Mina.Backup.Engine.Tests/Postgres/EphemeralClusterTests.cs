using System.Diagnostics;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;

namespace Mina.Backup.Engine.Tests.Postgres;

public sealed class EphemeralClusterTests(ClusterFixture clusters)
{
    [Fact]
    public async Task A_cluster_answers_on_its_socket_and_hands_out_databases()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)");

        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_cluster_listens_on_the_loopback_address_with_a_password_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
        await using var cluster = await StartAsync(new EphemeralClusterOptions { Tcp = true });

        await using var connection = await new PostgresConnector(cluster.Target).OpenAsync(TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<Model.ServerException>(
            () => new PostgresConnector(cluster.Target with { Password = new Secret("wrong") }).OpenAsync(TestContext.Current.CancellationToken));

        Assert.Equal("127.0.0.1", cluster.Target.Host);
        Assert.Equal("AuthenticationFailed", error.ErrorId);
    }

    [Fact]
    public async Task A_disposed_cluster_leaves_neither_process_nor_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
        var cluster = await StartAsync(new EphemeralClusterOptions());
        var (pid, folder) = (cluster.Info.ProcessId, Path.GetDirectoryName(cluster.DataDirectory)!);

        await cluster.DisposeAsync();

        Assert.False(Directory.Exists(folder));
        await AssertGoneAsync(pid);
    }

    // Whoever adopted the server may take its time to see that it has ended.
    private static async Task AssertGoneAsync(int pid)
    {
        for (var round = 0; round < 600; round++)
        {
            try
            {
                Process.GetProcessById(pid).Dispose();
            }
            catch (ArgumentException)
            {
                return;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"The server {pid} still runs.");
    }

    [Fact]
    public async Task A_killed_cluster_starts_again_with_its_data()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
        await using var cluster = await StartAsync(new EphemeralClusterOptions { FastButUnsafe = false });
        var database = await TestDatabase.CreateAsync(cluster.Target, "kept");
        await database.ExecuteAsync("CREATE TABLE t (a int)");

        await cluster.KillAsync(TestContext.Current.CancellationToken);
        await cluster.RestartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM t"));
    }

    private static Task<EphemeralCluster> StartAsync(EphemeralClusterOptions options) =>
        EphemeralCluster.StartAsync(options, HostEnvironment.Current(), TestContext.Current.CancellationToken);
}
