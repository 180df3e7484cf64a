using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Starts a disposable PostgreSQL cluster on this machine.</summary>
[Cmdlet(VerbsLifecycle.Start, "MinaEphemeralCluster", SupportsShouldProcess = true)]
[OutputType(typeof(EphemeralClusterInfo))]
public sealed class StartMinaEphemeralClusterCommand : AsyncCmdlet
{
    /// <summary>Major version of the server programs; the newest installed when not given.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(10, 99)]
    public int? MajorVersion { get; set; }

    /// <summary>Server settings, by name.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable Setting { get; set; } = [];

    /// <summary>Listen on a loopback port with a password instead of a socket.</summary>
    [Parameter]
    public SwitchParameter Loopback { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess("this machine", "Start a disposable PostgreSQL cluster"))
        {
            ThrowFailure(null, StartCluster);
        }
    }

    private static string Text(object? value) =>
        Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) ?? "";

    private void StartCluster()
    {
        var request = new ClusterRequest
        {
            MajorVersion = MajorVersion,
            Loopback = Loopback,
            Settings = Setting.Cast<DictionaryEntry>().ToDictionary(
                entry => Text(entry.Key),
                entry => Text(entry.Value),
                StringComparer.OrdinalIgnoreCase),
        };
        WriteObject(Run((observer, token) => EphemeralClusters.Keeper.StartAsync(request, token)));
    }
}
