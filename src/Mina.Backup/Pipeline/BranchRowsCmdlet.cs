using System.Management.Automation;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Pipeline;

/// <summary>Base of the cmdlets that read rows of a branch.</summary>
public abstract class BranchRowsCmdlet : BranchCmdlet
{
    /// <summary>Creates the cmdlet; PowerShell does.</summary>
    private protected BranchRowsCmdlet()
    {
    }

    /// <summary>Only rows for which this SQL condition holds.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Where { get; set; }

    /// <summary>Database of the branch.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BranchDatabase { get; set; }

    // An address stands for itself: another provider's branch, or any other copy of the database.
    private bool IsAddress => Branch.Contains("://", StringComparison.Ordinal);

    /// <summary>Name of the branch; null when an address was given.</summary>
    private protected string? BranchName => IsAddress ? null : Branch;

    /// <summary>What the branch is called in a question: never its address, which may hold a password.</summary>
    private protected string BranchText => IsAddress ? "the branch at the address given" : $"branch {Branch}";

    /// <summary>Connection URI of the branch; secret.</summary>
    private protected async Task<string> FindUriAsync(IRunObserver observer, CancellationToken cancellationToken) =>
        IsAddress ? Branch : (await CreatePitrEngine().FindBranchAsync(Reference, observer, cancellationToken)).ConnectionUri!;
}
