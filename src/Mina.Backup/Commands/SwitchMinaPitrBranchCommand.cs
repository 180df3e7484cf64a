using System.Management.Automation;
using System.Security;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>
/// Puts a proven branch's database into a live database's place, or, at Neon, the branch itself or its point into that of the project's default branch, or tells how its whole
/// cluster takes the source's.
/// </summary>
[Cmdlet(VerbsCommon.Switch, "MinaPitrBranch", DefaultParameterSetName = SwapSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PitrSwitchResult), typeof(PitrCutoverStep))]
public sealed class SwitchMinaPitrBranchCommand : BranchCmdlet
{
    private const string SwapSet = "Swap";
    private const string InPlaceSet = "InPlace";
    private const string DefaultSet = "SetAsDefault";
    private const string StepsSet = "Steps";

    /// <summary>Connection URI or Npgsql string of the live server; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter(Position = 1, ParameterSetName = SwapSet)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Database to replace; the one that the connection names when not given.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [ValidateNotNullOrEmpty]
    public string? TargetDatabase { get; set; }

    /// <summary>Database of the branch; the one that its connection leads to when not given.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [ValidateNotNullOrEmpty]
    public string? BranchDatabase { get; set; }

    /// <summary>Folder for the backups made on the way; the default folder for their protection when not given.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [Alias("Location")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Passphrase of the backups made on the way.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>File whose first line is the passphrase of the backups made on the way.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    [ValidateNotNullOrEmpty]
    public string? PassphraseFile { get; set; }

    /// <summary>Do not encrypt the backups made on the way.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    public SwitchParameter NoEncryption { get; set; }

    /// <summary>Drop the set-aside database once the copy is in place.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    public SwitchParameter DropOriginal { get; set; }

    /// <summary>Make no backup of the live database first.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    public SwitchParameter SkipSafetyBackup { get; set; }

    /// <summary>Go on in spite of slots, subscriptions or prepared transactions in the live database.</summary>
    [Parameter(ParameterSetName = SwapSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>Neon: put the project's default branch back to the branch's point, in place.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InPlaceSet)]
    public SwitchParameter InPlace { get; set; }

    /// <summary>Name of the branch that keeps what the default branch was; one with the time when not given.</summary>
    [Parameter(ParameterSetName = InPlaceSet)]
    [ValidateNotNullOrEmpty]
    public string? PreserveUnderName { get; set; }

    /// <summary>Neon: make the branch the project's default branch.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter SetAsDefault { get; set; }

    /// <summary>Change nothing; tell the steps by which the branch's whole cluster takes the source's place.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepsSet)]
    public SwitchParameter PrintSteps { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (PrintSteps)
        {
            ReportFailure(Branch, () => WriteObject(Run((observer, token) => CreatePitrEngine().DescribeCutoverAsync(Reference, observer, token)), enumerateCollection: true));
        }
        else if (MayGoOn())
        {
            ReportFailure(Branch, Switch);
        }
    }

    private bool MayGoOn() => ParameterSetName switch
    {
        InPlaceSet => ShouldProcess("the project's default branch", $"Put it back to the point of branch {Branch}"),
        DefaultSet => ShouldProcess(Branch, "Make the branch the project's default, instead of the one that is live"),
        _ => ShouldProcess(DatabaseText.Describe(Database, TargetDatabase), $"Put the database of branch {Branch} into its place"),
    };

    private void Switch()
    {
        using var passphrase = SecretText.From(Passphrase);
        var request = new PitrSwitchRequest
        {
            Branch = Reference,
            Method = ParameterSetName switch { InPlaceSet => PitrSwitchMethod.InPlace, DefaultSet => PitrSwitchMethod.SetAsDefault, _ => PitrSwitchMethod.Swap },
            PreserveUnderName = PreserveUnderName,
            BranchDatabase = BranchDatabase,
            Database = Database,
            TargetDatabase = TargetDatabase,
            Location = ResolvePath(Path),
            Protection = new ProtectionRequest { Passphrase = passphrase, PassphraseFile = ResolvePath(PassphraseFile), NoEncryption = NoEncryption },
            DropOriginal = DropOriginal,
            SkipSafetyBackup = SkipSafetyBackup,
            Force = Force,
        };
        WriteObject(Run((observer, token) => CreatePitrEngine().SwitchBranchAsync(request, observer, token)));
    }
}
