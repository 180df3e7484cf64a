using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Takes a paused branch forward to a later point.</summary>
[Cmdlet(VerbsCommon.Step, "MinaPitrBranch", DefaultParameterSetName = TimeSet, SupportsShouldProcess = true)]
[OutputType(typeof(PitrBranch))]
public sealed class StepMinaPitrBranchCommand : BranchCmdlet
{
    private const string TimeSet = "Time";
    private const string LsnSet = "Lsn";
    private const string XidSet = "Xid";
    private const string RestorePointSet = "RestorePoint";
    private const string LatestSet = "Latest";

    /// <summary>The state just before this time; with an offset from UTC.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = TimeSet)]
    [OffsetTime]
    public DateTimeOffset To { get; set; }

    /// <summary>The state just before the WAL record at this place.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LsnSet)]
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

    /// <summary>Passphrase of the archive. With none given, <c>GPG_BACKUP_PASSPHRASE</c> serves.</summary>
    [Parameter]
    [ValidateNotNull]
    public System.Security.SecureString? Passphrase { get; set; }

    /// <summary>File whose first line is the passphrase.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PassphraseFile { get; set; }

    /// <summary>File with the recipient's OpenPGP secret key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PrivateKey { get; set; }

    /// <summary>Passphrase of the secret key.</summary>
    [Parameter]
    [ValidateNotNull]
    public System.Security.SecureString? PrivateKeyPassphrase { get; set; }

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
        Time = ParameterSetName == TimeSet ? To : null,
        Lsn = ParameterSetName == LsnSet ? Lsn : null,
        Xid = ParameterSetName == XidSet ? Xid : null,
        RestorePoint = ParameterSetName == RestorePointSet ? RestorePoint : null,
        Inclusive = Inclusive,
    };

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var target = Target;
        if (ShouldProcess(Branch, $"Step the branch to {target}"))
        {
            ReportFailure(Branch, () => Step(target));
        }
    }

    private void Step(PitrTarget target) =>
        WriteObject(KeyParameters.WithKeys(Passphrase, ResolvePath(PassphraseFile), ResolvePath(PrivateKey), PrivateKeyPassphrase, keys =>
        {
            var request = new PitrStepRequest { Name = Branch, Provider = Provider, Target = target, Keys = keys };
            return Run((observer, token) => CreatePitrEngine().StepBranchAsync(request, observer, token));
        }));
}
