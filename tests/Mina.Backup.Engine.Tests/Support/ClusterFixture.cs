using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;

[assembly: AssemblyFixture(typeof(ClusterFixture))]

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>
/// One PostgreSQL cluster for all tests of the assembly, started by the first that asks for it. Take it as a constructor parameter;
/// tests that stop, fill or reconfigure a server start an <see cref="EphemeralCluster"/> of their own.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly HostEnvironment machine = HostEnvironment.Current();
    private readonly Lock gate = new();
    private Task<EphemeralCluster>? cluster;
    private int databases;

    /// <summary>The fixture of the assembly, with the usual programs.</summary>
    public ClusterFixture()
    {
    }

    /// <summary>A cluster of one test class.</summary>
    /// <param name="programs">Folder of its PostgreSQL programs.</param>
    internal ClusterFixture(string programs)
    {
        Programs = programs;
        var usual = machine.Variable;
        machine = machine with { Variable = name => name == "MINA_PG_BIN" ? programs : usual(name) };
    }

    /// <summary>Folder of the PostgreSQL programs that a test has to use with this cluster; null for the usual ones.</summary>
    public string? Programs { get; }

    /// <summary>The running cluster.</summary>
    public Task<EphemeralCluster> ClusterAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
        lock (gate)
        {
            return cluster ??= EphemeralCluster.StartAsync(
                new EphemeralClusterOptions { PasswordAuth = true, Settings = new Dictionary<string, string> { ["wal_level"] = "logical", ["max_prepared_transactions"] = "10" } },
                machine,
                CancellationToken.None);
        }
    }

    /// <summary>A fresh database, dropped when it is disposed; <paramref name="sql"/> is run in it.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(string? sql = null, string? name = null)
    {
        var server = await ClusterAsync();
        name ??= $"test_{Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture)}";
        var database = await TestDatabase.CreateAsync(server.Target, name);
        if (sql is not null)
        {
            await database.ExecuteAsync(sql);
        }

        return database;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await (await cluster).DisposeAsync();
        }
    }
}
