using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Rebuilds a backup's manifest and index from its data file.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "MinaBackup", SupportsShouldProcess = true)]
[OutputType(typeof(RepairResult))]
public sealed class RepairMinaBackupCommand : BackupReadingCmdlet
{
    /// <summary>Rebuild also when manifest and index are sound.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(Described, "Rebuild manifest and index"))
        {
            ReportFailure(Name, () => WriteObject(WithKeys(keys =>
            {
                var request = new RepairRequest { Backup = Reference, Keys = keys, Force = Force };
                return Run((observer, token) => CreateEngine().RepairAsync(request, observer, token));
            })));
        }
    }
}
