using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Formatting;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Removes WAL that no kept base backup needs.</summary>
[Cmdlet(VerbsCommon.Remove, "MinaWalArchive", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(WalRetention))]
public sealed class RemoveMinaWalArchiveCommand : PitrCmdlet
{
    /// <summary>How far back every point stays recoverable.</summary>
    [Parameter]
    [Duration]
    public TimeSpan RetainFor { get; set; } = WalRetentionRequest.DefaultPeriod;

    /// <summary>Remove base backups, too, that no point of that time needs.</summary>
    [Parameter]
    public SwitchParameter IncludeBaseBackup { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ReportFailure(ArchivePath, () =>
    {
        var request = new WalRetentionRequest { ArchivePath = ResolvePath(ArchivePath), RetainFor = RetainFor, RemoveBaseBackups = IncludeBaseBackup };
        var plan = Run((observer, token) => CreateWalEngine().PlanRetentionAsync(request, observer, token));
        if (plan.Reason is not null)
        {
            WriteVerbose(plan.Reason);
            WriteObject(plan);
        }
        else if (ShouldProcess(plan.ArchivePath, Describe(plan)))
        {
            WriteObject(Run((observer, token) => CreateWalEngine().RemoveExpiredAsync(request, observer, token)));
        }
    });

    private static string Describe(WalRetention plan)
    {
        var text = FormattableString.Invariant($"Remove {plan.Files} files ({Readable.Size(plan.Size)}) of WAL before {plan.FirstSegment}, which the base backup {plan.OldestBaseBackup} needs first");
        return plan.BaseBackups.Count == 0 ? text : $"{text}, and the base backups {string.Join(", ", plan.BaseBackups)} ({Readable.Size(plan.BaseBackupSize)})";
    }
}
