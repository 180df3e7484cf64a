using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Removes backups with all that belongs to them.</summary>
[Cmdlet(VerbsCommon.Remove, "MinaBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RemovedBackup))]
public sealed class RemoveMinaBackupCommand : BackupCmdlet
{
    /// <summary>Remove it even if it is the newest verified one of its database.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(Described, "Remove the backup"))
        {
            ReportFailure(Name, () =>
            {
                var request = new RemoveRequest { Backup = Reference, Force = Force };
                WriteObject(Run((observer, token) => CreateEngine().RemoveAsync(request, observer, token)));
            });
        }
    }
}
