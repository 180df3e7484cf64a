using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Lists branches, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "MinaPitrBranch")]
[OutputType(typeof(PitrBranch))]
public sealed class GetMinaPitrBranchCommand : AsyncCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BranchNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Whose branches; those of all that the machine is set up for when not given.</summary>
    [Parameter]
    public PitrProvider? Provider { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => ReportFailure(null, () =>
    {
        var engine = CreatePitrEngine();
        var listing = Run((observer, token) => engine.ListBranchesAsync(Name, Provider, observer, token));
        WriteObject(listing.Branches, enumerateCollection: true);
        foreach (var failure in listing.Failures)
        {
            WriteError(ErrorRecords.From(failure, null));
        }
    });
}
