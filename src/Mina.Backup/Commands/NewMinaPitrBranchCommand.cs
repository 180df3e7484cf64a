using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Makes a branch: a copy of a cluster as it was at a point in time, with a server of its own.</summary>
[Cmdlet(VerbsCommon.New, "MinaPitrBranch", DefaultParameterSetName = TimeSet, SupportsShouldProcess = true)]
[OutputType(typeof(PitrBranch))]
public sealed class NewMinaPitrBranchCommand : PitrReadingCmdlet
{
    private const string TimeSet = "Time";
    private const string LsnSet = "Lsn";
    private const string XidSet = "Xid";
    private const string RestorePointSet = "RestorePoint";
    private const string LatestSet = "Latest";

    /// <summary>The state just before this time; with an offset from UTC.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TimeSet)]
    [OffsetTime]
    public DateTimeOffset At { get; set; }

    /// <summary>The state just before the WAL record at this place.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LsnSet, ValueFromPipelineByPropertyName = true)]
    [Alias("CommitLsn")]
    public Lsn Lsn { get; set; }

    /// <summary>The state just before this transaction was committed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = XidSet)]
    public ulong Xid { get; set; }

    /// <summary>The state at a restore point, by its name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RestorePointSet)]
    [ValidateNotNullOrEmpty]
    public string RestorePoint { get; set; } = "";

    /// <summary>The state at the end of what the archive holds.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LatestSet)]
    public SwitchParameter Latest { get; set; }

    /// <summary>Include what was committed at the point itself.</summary>
    [Parameter(ParameterSetName = TimeSet)]
    [Parameter(ParameterSetName = LsnSet)]
    [Parameter(ParameterSetName = XidSet)]
    public SwitchParameter Inclusive { get; set; }

    /// <summary>Timeline to follow; the newest of the archive when not given.</summary>
    [Parameter]
    [ValidateRange(1u, uint.MaxValue)]
    public uint? Timeline { get; set; }

    /// <summary>Who makes and holds it; whoever the machine is set up for when not given.</summary>
    [Parameter]
    public PitrProvider? Provider { get; set; }

    /// <summary>Name of the branch; one with the time when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>How long it lives; until it is removed by hand when not given.</summary>
    [Parameter]
    public TimeSpan? ExpiresIn { get; set; }

    /// <summary>Pause at the point, so that it can be stepped forward, instead of opening the branch for writing; at Neon, a compute that only reads.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>The base backup to start from; the newest that ends before the point when not given.</summary>
    [Parameter]
    [BaseBackupName]
    [ValidateNotNullOrEmpty]
    public string? BaseBackup { get; set; }

    /// <summary>Folder for its data; <c>MINA_BRANCH_PATH</c>, else the default one, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BranchPath { get; set; }

    /// <summary>Database that its connection string leads to.</summary>
    [Parameter]
    [Alias("Database")]
    [ValidateNotNullOrEmpty]
    public string? DatabaseName { get; set; }

    /// <summary>Neon: role of its connection string; the owner of the database when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RoleName { get; set; }

    /// <summary>Neon: name or id of the branch to make it from; the project's default branch when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Parent { get; set; }

    /// <summary>Neon: make no compute for it, so that nobody can connect yet.</summary>
    [Parameter]
    public SwitchParameter NoCompute { get; set; }

    /// <summary>Server settings beyond the generated ones, by name.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable Setting { get; set; } = [];

    private PitrTarget Target => new()
    {
        Kind = ParameterSetName switch
        {
            TimeSet => PitrTargetKind.Time,
            LsnSet => PitrTargetKind.Lsn,
            XidSet => PitrTargetKind.Xid,
            RestorePointSet => PitrTargetKind.RestorePoint,
            _ => PitrTargetKind.Latest,
        },
        Time = ParameterSetName == TimeSet ? At : null,
        Lsn = ParameterSetName == LsnSet ? Lsn : null,
        Xid = ParameterSetName == XidSet ? Xid : null,
        RestorePoint = ParameterSetName == RestorePointSet ? RestorePoint : null,
        Inclusive = Inclusive,
        Timeline = Timeline,
    };

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var target = Target;
        if (ShouldProcess(target.ToString(), "Make a branch"))
        {
            ReportFailure(target, () => WriteObject(WithKeys(keys => Run((observer, token) => CreatePitrEngine().CreateBranchAsync(CreateRequest(target, keys), observer, token)))));
        }
    }

    private static string Text(object? value) =>
        Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) ?? "";

    private PitrBranchRequest CreateRequest(PitrTarget target, KeyRequest keys) => new()
    {
        Target = target,
        Provider = Provider,
        Name = Name,
        Parent = Parent,
        NoCompute = NoCompute,
        Archive = ResolvePath(ArchivePath),
        Spool = ResolvePath(SpoolPath),
        BaseBackup = BaseBackup,
        Location = ResolvePath(BranchPath),
        Database = DatabaseName,
        RoleName = RoleName,
        ExpiresIn = ExpiresIn,
        ReadOnly = ReadOnly,
        Keys = keys,
        Settings = Setting.Cast<DictionaryEntry>().ToDictionary(entry => Text(entry.Key), entry => Text(entry.Value), StringComparer.OrdinalIgnoreCase),
    };
}
