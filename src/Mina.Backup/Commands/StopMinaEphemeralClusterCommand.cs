using System.Management.Automation;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Stops a disposable PostgreSQL cluster and removes its folder.</summary>
[Cmdlet(VerbsLifecycle.Stop, "MinaEphemeralCluster", SupportsShouldProcess = true)]
public sealed class StopMinaEphemeralClusterCommand : AsyncCmdlet
{
    /// <summary>The cluster, as Start-MinaEphemeralCluster gave it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public EphemeralClusterInfo? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is { } cluster && ShouldProcess(cluster.DataDirectory, "Stop the cluster and remove its folder"))
        {
            ReportFailure(cluster, () => Run(async (_, token) =>
            {
                await EphemeralClusters.Keeper.StopAsync(cluster, token);
                return true;
            }));
        }
    }
}
