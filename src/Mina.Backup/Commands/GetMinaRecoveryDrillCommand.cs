using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Lists recorded drills, newest first, and tells when the next ones are due.</summary>
[Cmdlet(VerbsCommon.Get, "MinaRecoveryDrill", DefaultParameterSetName = DrillSet)]
[OutputType(typeof(DrillRecord), ParameterSetName = [DrillSet])]
[OutputType(typeof(DrillSummary), ParameterSetName = [SummarySet])]
public sealed class GetMinaRecoveryDrillCommand : AsyncCmdlet
{
    private const string DrillSet = "Drill";
    private const string SummarySet = "Summary";

    /// <summary>Names of drills, with wildcards.</summary>
    [Parameter(Position = 0, ParameterSetName = DrillSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Id { get; set; } = [];

    /// <summary>Begun at this time or later; with an offset from UTC.</summary>
    [Parameter(ParameterSetName = DrillSet)]
    [OffsetTime]
    public DateTimeOffset? After { get; set; }

    /// <summary>Begun before this time; with an offset from UTC.</summary>
    [Parameter(ParameterSetName = DrillSet)]
    [OffsetTime]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Only the newest so many.</summary>
    [Parameter(ParameterSetName = DrillSet)]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Only drills of these verdicts.</summary>
    [Parameter(ParameterSetName = DrillSet)]
    public DrillVerdict[] Verdict { get; set; } = [];

    /// <summary>Only drills of these databases, with wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Database { get; set; } = [];

    /// <summary>File of the history, or the folder that holds it; the state folder's when not given.</summary>
    [Parameter]
    [Alias("HistoryPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>One object per database, with the time when its next drill is due.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SummarySet)]
    public SwitchParameter Summary { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => ReportFailure(Path, () =>
    {
        var query = new DrillQuery { HistoryPath = ResolvePath(Path), Ids = Id, Databases = Database, Verdicts = Verdict, After = After, Before = Before, Last = Last };
        var listing = Run((_, token) => CreateDrillHistoryEngine().ListAsync(query, token));
        WriteObject(Summary ? listing.Summaries : listing.Records, enumerateCollection: true);
        foreach (var sequence in listing.Torn)
        {
            WriteWarning($"A run ended while it wrote record {sequence} of the history; the drill that it stood for is not recorded.");
        }

        if (listing.Failure is { } failure)
        {
            WriteError(ErrorRecords.From(failure, null));
        }
    });
}
