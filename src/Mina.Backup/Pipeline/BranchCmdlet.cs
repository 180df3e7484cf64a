using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Pipeline;

/// <summary>Base of the cmdlets that work on one branch at a time, named or piped in, and need nothing of its archive.</summary>
public abstract class BranchCmdlet : AsyncCmdlet
{
    /// <summary>Creates the cmdlet; PowerShell does.</summary>
    private protected BranchCmdlet()
    {
    }

    /// <summary>The branch, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [BranchName]
    [ArgumentCompleter(typeof(BranchNameCompleter))]
    public string Branch { get; set; } = "";

    /// <summary>Who holds the branch; whoever has one of that name, this machine first, when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public PitrProvider? Provider { get; set; }

    /// <summary>The branch as the engine takes it.</summary>
    private protected PitrBranchReference Reference => new(Branch, Provider);
}
