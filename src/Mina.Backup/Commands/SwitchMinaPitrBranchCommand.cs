using System.Management.Automation;
using System.Security;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Puts a proven branch's database into a live database's place, or tells how its whole cluster takes the source's.</summary>
[Cmdlet(VerbsCommon.Switch, "MinaPitrBranch", DefaultParameterSetName = SwapSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PitrSwitchResult), typeof(PitrCutoverStep))]
public sealed class SwitchMinaPitrBranchCommand : BranchCmdlet
{
    private const string SwapSet = "Swap";
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

    /// <summary>Change nothing; tell the steps by which the branch's whole cluster takes the source's place.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepsSet)]
    public SwitchParameter PrintSteps { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (PrintSteps)
        {
            ReportFailure(Branch, () => WriteObject(Run((observer, token) => CreatePitrEngine().DescribeCutoverAsync(Branch, observer, token)), enumerateCollection: true));
        }
        else if (ShouldProcess(DatabaseText.Describe(Database, TargetDatabase), $"Put the database of branch {Branch} into its place"))
        {
            ReportFailure(Branch, Swap);
        }
    }

    private void Swap()
    {
        using var passphrase = SecretText.From(Passphrase);
        var request = new PitrSwitchRequest
        {
            Branch = Branch,
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
