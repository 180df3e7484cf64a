using System.Collections.Concurrent;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Holds the disposable clusters that a session started until it stops them. What it still holds when the process ends goes with the process.</summary>
public sealed class ClusterKeeper
{
    private readonly HostEnvironment environment;
    private readonly ConcurrentDictionary<string, EphemeralCluster> clusters = new(StringComparer.Ordinal);

    /// <summary>Creates a keeper without clusters.</summary>
    public ClusterKeeper(HostEnvironment environment) => this.environment = environment;

    /// <summary>Starts a cluster.</summary>
    /// <exception cref="ToolException"><c>ToolMissing</c>, <c>ClusterStartFailed</c>.</exception>
    public async Task<EphemeralClusterInfo> StartAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        var options = new EphemeralClusterOptions
        {
            Major = request.MajorVersion,
            Settings = request.Settings,
            Tcp = request.Loopback,
            Locale = "C.UTF-8",
        };
        var cluster = await EphemeralCluster.StartAsync(options, environment, cancellationToken);
        var info = cluster.Info;
        clusters[info.DataDirectory] = cluster;
        return info;
    }

    /// <summary>Stops a cluster and removes its folder.</summary>
    /// <exception cref="CatalogException"><c>ClusterNotFound</c> when this session did not start it or stopped it before.</exception>
    public async Task StopAsync(EphemeralClusterInfo cluster, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!clusters.TryRemove(cluster.DataDirectory, out var held))
        {
            throw new CatalogException(
                ErrorCatalog.ClusterNotFound,
                $"The cluster in {cluster.DataDirectory} was not started by this session, or was stopped before.",
                new ErrorContext { Target = cluster.DataDirectory });
        }

        await held.DisposeAsync();
    }
}
