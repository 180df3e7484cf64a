using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Brings rows of a branch back into the live database, in one transaction.</summary>
[Cmdlet(VerbsCommon.Copy, "MinaPitrRow", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PitrCopyResult))]
public sealed class CopyMinaPitrRowCommand : BranchRowsCmdlet
{
    /// <summary>Tables, with or without schema.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Table { get; set; } = [];

    /// <summary>Which rows.</summary>
    [Parameter(Position = 2)]
    public PitrCopyMode Mode { get; set; } = PitrCopyMode.Missing;

    /// <summary>Connection URI or Npgsql string of the live database; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Keep the live tables' own triggers from firing.</summary>
    [Parameter]
    public SwitchParameter DisableTrigger { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var action = $"Copy {Description()} of {string.Join(", ", Table)} from {BranchText}";
        var place = DatabaseText.Describe(Database);
        if (ShouldProcess($"{action} into {place}", $"{action} into {place}?", "Copy rows", out var reason))
        {
            ReportFailure(BranchText, () => Copy(countOnly: false));
        }
        else if (reason == ShouldProcessReason.WhatIf)
        {
            // What would be done is counted by the same comparison that doing it begins with.
            ReportFailure(BranchText, () => Copy(countOnly: true));
        }
    }

    private string Description() => Mode switch
    {
        PitrCopyMode.Missing => "missing rows",
        PitrCopyMode.Changed => "changed rows, overwriting the live ones,",
        _ => "missing rows, and changed ones, overwriting the live ones,",
    };

    private void Copy(bool countOnly) => WriteObject(
        Run((observer, token) => CopyAsync(countOnly, observer, token)),
        enumerateCollection: true);

    private async Task<IReadOnlyList<PitrCopyResult>> CopyAsync(bool countOnly, IRunObserver observer, CancellationToken cancellationToken)
    {
        var request = new PitrCopyRequest
        {
            BranchUri = await FindUriAsync(observer, cancellationToken),
            BranchName = BranchName,
            BranchDatabase = BranchDatabase,
            Database = Database,
            Tables = Table,
            Where = Where,
            Mode = Mode,
            CountOnly = countOnly,
            DisableTriggers = DisableTrigger,
        };
        return await CreateRowRecoveryEngine().CopyAsync(request, observer, cancellationToken);
    }
}
