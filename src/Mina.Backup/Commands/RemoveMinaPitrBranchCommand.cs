using System.Management.Automation;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Removes branches: their servers stop, and their data goes.</summary>
[Cmdlet(VerbsCommon.Remove, "MinaPitrBranch", SupportsShouldProcess = true)]
[OutputType(typeof(RemovedPitrBranch))]
public sealed class RemoveMinaPitrBranchCommand : BranchCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(Branch, "Remove the branch"))
        {
            var engine = CreatePitrEngine();
            ReportFailure(Branch, () => WriteObject(Run((observer, token) => engine.RemoveBranchAsync(Branch, observer, token))));
        }
    }
}
