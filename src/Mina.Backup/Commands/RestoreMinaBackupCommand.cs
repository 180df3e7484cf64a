using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Formatting;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Restores a backup; the live database serves until a proven copy takes its place.</summary>
[Cmdlet(VerbsData.Restore, "MinaBackup", DefaultParameterSetName = SwapSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RestoreResult))]
public sealed class RestoreMinaBackupCommand : BackupReadingCmdlet
{
    private const string SwapSet = "Swap";
    private const string InPlaceSet = "InPlace";
    private const string DropFirstSet = "DropFirst";
    private const string TableSet = "Table";

    /// <summary>Connection URI or Npgsql string of the target server; <c>DATABASE_URL</c> when not given.</summary>
    /// <remarks>Not bound from the pipeline: BackupInfo.Database is a name, not a connection.</remarks>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Name of the database to restore into; the one of the connection when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TargetDatabase { get; set; }

    /// <summary>Replace the content within one transaction instead of swapping databases.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InPlaceSet)]
    public SwitchParameter InPlace { get; set; }

    /// <summary>Drop the live database before loading.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DropFirstSet)]
    public SwitchParameter DropFirst { get; set; }

    /// <summary>Restore these tables alone, by name or schema and name, beside what is there.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TableSet)]
    [ValidateNotNullOrEmpty]
    public string[] Table { get; set; } = [];

    /// <summary>Schema for single tables; a new one when not given, their own in a new database.</summary>
    [Parameter(ParameterSetName = TableSet)]
    [ValidateNotNullOrEmpty]
    public string? TargetSchema { get; set; }

    /// <summary>Create missing roles and tablespaces first.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Parameter(ParameterSetName = InPlaceSet)]
    [Parameter(ParameterSetName = DropFirstSet)]
    public SwitchParameter RestoreGlobals { get; set; }

    /// <summary>Drop the set-aside database once the copy is in place.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    public SwitchParameter DropOriginal { get; set; }

    /// <summary>Make no backup of the live database first.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Parameter(ParameterSetName = InPlaceSet)]
    public SwitchParameter SkipSafetyBackup { get; set; }

    /// <summary>Folder for the safety backup; the default folder for its protection when not given.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Parameter(ParameterSetName = InPlaceSet)]
    [Parameter(ParameterSetName = DropFirstSet)]
    [ValidateNotNullOrEmpty]
    public string? SafetyPath { get; set; }

    /// <summary>Leave objects to the connecting role.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Parameter(ParameterSetName = InPlaceSet)]
    [Parameter(ParameterSetName = DropFirstSet)]
    public SwitchParameter NoOwner { get; set; }

    /// <summary>Leave out GRANT and REVOKE.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Parameter(ParameterSetName = InPlaceSet)]
    [Parameter(ParameterSetName = DropFirstSet)]
    public SwitchParameter NoPrivileges { get; set; }

    /// <summary>Go on in spite of logical slots, subscriptions or an older server; prepared transactions are refused all the same.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Parameter(ParameterSetName = InPlaceSet)]
    [Parameter(ParameterSetName = DropFirstSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>Connections that load at once; from the number of cores when not given.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Parameter(ParameterSetName = InPlaceSet)]
    [Parameter(ParameterSetName = DropFirstSet)]
    [ValidateRange(1, 64)]
    public int? Jobs { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(DatabaseText.Describe(Database, TargetDatabase), $"Restore the backup {Name}{Source()} ({Method()})"))
        {
            ReportFailure(Name, () => WriteObject(WithKeys(keys =>
            {
                var request = CreateRequest(keys);
                return Run((observer, token) => CreateEngine().RestoreAsync(request, observer, token));
            })));
        }
    }

    // Whoever answers the question sees of what the backup is, beside what it replaces.
    private string Source()
    {
        try
        {
            var found = Run((_, token) => CreateEngine().FindAsync(Reference, token));
            return found.Database is { } database ? $" of the database {database} on {found.Server}, made {Readable.Time(found.CreatedAt)}," : "";
        }
        catch (MinaException)
        {
            // The restore itself reports what is wrong with the backup.
            return "";
        }
    }

    private string Method()
    {
        if (DropFirst)
        {
            return "the live database is dropped first";
        }

        if (Table.Length > 0)
        {
            return $"{string.Join(", ", Table)} beside what is there";
        }

        if (InPlace)
        {
            return "the content is replaced within one transaction";
        }

        return DropOriginal
            ? "a proven copy takes the live database's place, which is dropped"
            : "a proven copy takes the live database's place, which is set aside";
    }

    private RestoreRequest CreateRequest(KeyRequest keys) => new()
    {
        Backup = Reference,
        Keys = keys,
        Database = Database,
        TargetDatabase = TargetDatabase,
        Tables = Table,
        TargetSchema = TargetSchema,
        InPlace = InPlace,
        DropFirst = DropFirst,
        RestoreGlobals = RestoreGlobals,
        DropOriginal = DropOriginal,
        SkipSafetyBackup = SkipSafetyBackup,
        SafetyLocation = ResolvePath(SafetyPath),
        NoOwner = NoOwner,
        NoPrivileges = NoPrivileges,
        Force = Force,
        Jobs = Jobs,
    };
}
