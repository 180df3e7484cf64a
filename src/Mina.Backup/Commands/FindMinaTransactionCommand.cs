using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Finds transactions in the write-ahead log, the biggest first.</summary>
[Cmdlet(VerbsCommon.Find, "MinaTransaction")]
[OutputType(typeof(WalTransaction))]
public sealed class FindMinaTransactionCommand : PitrReadingCmdlet
{
    /// <summary>Tables by name, with or without schema, with wildcards, or by the numbers of their file.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Table { get; set; } = [];

    /// <summary>At least one of these was done to a table that matches.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public TransactionOperation[] Operation { get; set; } = [];

    /// <summary>Committed at this time or later; with an offset from UTC.</summary>
    [Parameter]
    [OffsetTime]
    public DateTimeOffset? After { get; set; }

    /// <summary>Committed before this time; with an offset from UTC.</summary>
    [Parameter]
    [OffsetTime]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Touched at least so many rows by what matches.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MinimumRows { get; set; } = 1;

    /// <summary>Only the biggest so many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Databases by name, with wildcards; all of the cluster when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] DatabaseName { get; set; } = [];

    /// <summary>Connection URI or Npgsql string of the running server; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Do not ask the running server for its own log and names.</summary>
    [Parameter]
    public SwitchParameter ArchiveOnly { get; set; }

    /// <summary>Whose log; that of whoever the machine is set up for when not given. Neon gives none away.</summary>
    [Parameter]
    public PitrProvider? Provider { get; set; }

    /// <summary>Timeline to follow; the newest when not given.</summary>
    [Parameter]
    [ValidateRange(1u, uint.MaxValue)]
    public uint? Timeline { get; set; }

    /// <summary>Stretches of the log read at once; from the number of cores when not given.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? Jobs { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ReportFailure(ArchivePath, () => WriteObject(
        WithKeys(keys => Run((observer, token) => CreateRowRecoveryEngine().FindAsync(CreateRequest(keys), observer, token))),
        enumerateCollection: true));

    private FindTransactionRequest CreateRequest(KeyRequest keys) => new()
    {
        Archive = ResolvePath(ArchivePath),
        Spool = ResolvePath(SpoolPath),
        Database = Database,
        Provider = Provider,
        ArchiveOnly = ArchiveOnly,
        Keys = keys,
        Tables = Table,
        DatabaseNames = DatabaseName,
        Operations = Operation,
        After = After,
        Before = Before,
        MinimumRows = MinimumRows,
        First = First,
        Timeline = Timeline,
        Jobs = Jobs,
    };
}
