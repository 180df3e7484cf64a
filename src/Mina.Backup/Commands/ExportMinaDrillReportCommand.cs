using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Writes a report on drills, as evidence for an auditor.</summary>
[Cmdlet(VerbsData.Export, "MinaDrillReport", SupportsShouldProcess = true)]
[OutputType(typeof(DrillReport))]
public sealed class ExportMinaDrillReportCommand : AsyncCmdlet
{
    private readonly List<RecoveryDrillResult> drills = [];

    /// <summary>The file to write, or a folder; the current one when not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>The drills; those of the history when not given.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public RecoveryDrillResult?[] Drill { get; set; } = [];

    /// <summary>How it is written; by the ending of the file's name, else HTML, when not given.</summary>
    [Parameter]
    public DrillReportFormat? Format { get; set; }

    /// <summary>Of the history, only drills begun at this time or later; with an offset from UTC.</summary>
    [Parameter]
    [OffsetTime]
    public DateTimeOffset? After { get; set; }

    /// <summary>Of the history, only drills begun before this time; with an offset from UTC.</summary>
    [Parameter]
    [OffsetTime]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Of the history, only drills of these databases, with wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Database { get; set; } = [];

    /// <summary>Of the history, only the newest so many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>File of the history, or the folder that holds it; the state folder's when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? HistoryPath { get; set; }

    /// <summary>Replace a file of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A record that is torn or missing has no drill.
        drills.AddRange(Drill.OfType<RecoveryDrillResult>());
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var path = ResolvePath(Path)!;
        if (ShouldProcess(path, "Write a report on recovery drills"))
        {
            ReportFailure(path, () => Write(path));
        }
    }

    private void Write(string path)
    {
        if (MyInvocation.ExpectingInput && drills.Count == 0)
        {
            // Whoever pipes drills in does not mean the whole history when there are none.
            throw new CatalogException(ErrorCatalog.DrillNotFound, "No drill was piped in.");
        }

        var request = new DrillReportRequest
        {
            Drills = drills,
            Query = new DrillQuery { HistoryPath = ResolvePath(HistoryPath), Databases = Database, After = After, Before = Before, Last = Last },
            Format = Format,
            Path = path,
            Overwrite = Force,
        };
        var written = Run((observer, token) => CreateDrillHistoryEngine().ReportAsync(request, observer, token));
        WriteObject(written.Report);
        if (written.HistoryFailure is { } failure)
        {
            WriteError(ErrorRecords.From(failure, null));
        }
    }
}
