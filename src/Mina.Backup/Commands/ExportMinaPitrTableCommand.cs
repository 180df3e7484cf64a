using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Writes tables of a branch into CSV files.</summary>
[Cmdlet(VerbsData.Export, "MinaPitrTable", SupportsShouldProcess = true)]
[OutputType(typeof(PitrExport))]
public sealed class ExportMinaPitrTableCommand : BranchRowsCmdlet
{
    /// <summary>Tables, with or without schema; all of the branch when not given.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Table { get; set; } = [];

    /// <summary>Folder for the files; the current one when not given.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Replace files of the same names.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var folder = ResolvePath(Path)!;
        var tables = Table.Length == 0 ? "all tables" : string.Join(", ", Table);
        if (ShouldProcess(folder, $"Export {tables} from {BranchText}"))
        {
            ReportFailure(BranchText, () => WriteObject(Run(async (observer, token) => await CreateRowRecoveryEngine().ExportAsync(
                new PitrExportRequest
                {
                    BranchUri = await FindUriAsync(observer, token),
                    BranchName = BranchName,
                    BranchDatabase = BranchDatabase,
                    Tables = Table,
                    Where = Where,
                    Folder = folder,
                    Force = Force,
                },
                observer,
                token)), enumerateCollection: true));
        }
    }
}
