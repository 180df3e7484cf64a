using System.Management.Automation;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Removes branches: their servers stop, and their data goes.</summary>
[Cmdlet(VerbsCommon.Remove, "MinaPitrBranch", SupportsShouldProcess = true)]
[OutputType(typeof(RemovedPitrBranch))]
public sealed class RemoveMinaPitrBranchCommand : BranchCmdlet
{
    /// <summary>Remove a branch of a Neon project that this module did not make, too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ReportFailure(Branch, () =>
    {
        var engine = CreatePitrEngine();
        // What must stay is refused before anybody is asked.
        Run(async (observer, token) =>
        {
            await engine.EnsureRemovableAsync(Reference, Force, observer, token);
            return true;
        });
        if (ShouldProcess(Branch, "Remove the branch"))
        {
            WriteObject(Run((observer, token) => engine.RemoveBranchAsync(Reference, Force, observer, token)));
        }
    });
}
