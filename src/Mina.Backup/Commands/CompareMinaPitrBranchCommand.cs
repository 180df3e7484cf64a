using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Compares tables of a branch with the live ones, row by row.</summary>
[Cmdlet(VerbsData.Compare, "MinaPitrBranch")]
[OutputType(typeof(PitrTableComparison))]
public sealed class CompareMinaPitrBranchCommand : BranchRowsCmdlet
{
    /// <summary>Tables, with or without schema; all of the branch when not given.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Table { get; set; } = [];

    /// <summary>Connection URI or Npgsql string of the live database; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Rows of each kind of difference to show.</summary>
    [Parameter]
    [ValidateRange(0, 10000)]
    public int SampleCount { get; set; } = 5;

    /// <inheritdoc/>
    protected override void ProcessRecord() => ReportFailure(
        BranchText,
        () => WriteObject(Run(async (observer, token) => await CreateRowRecoveryEngine().CompareAsync(
            new PitrRowsRequest
            {
                BranchUri = await FindUriAsync(observer, token),
                BranchName = BranchName,
                BranchDatabase = BranchDatabase,
                Database = Database,
                Tables = Table,
                Where = Where,
                Samples = SampleCount,
            },
            observer,
            token)), enumerateCollection: true));
}
