using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Reads backups back in full and compares them with what was recorded.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MinaBackup")]
[OutputType(typeof(BackupVerification))]
public sealed class TestMinaBackupCommand : BackupReadingCmdlet
{
    /// <summary>Compare size, hash and structure only, which needs no key; the rest is then NotChecked.</summary>
    [Parameter]
    public SwitchParameter Quick { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ReportFailure(Name, () =>
    {
        var result = WithKeys(keys => Run((observer, token) =>
            CreateEngine().VerifyAsync(new VerifyRequest { Backup = Reference, Keys = keys, Quick = Quick }, observer, token)));
        WriteObject(result);
        if (VerificationFailure.From(result) is { } failure)
        {
            WriteError(ErrorRecords.From(failure, result));
        }
        else if (result.Outcome == CheckOutcome.NotChecked && !Quick)
        {
            var open = result.Checks.Where(check => check.Outcome == CheckOutcome.NotChecked).Select(check => check.Check);
            WriteWarning($"The backup {result.Name} could not be verified in full. Not checked: {string.Join(", ", open)}.");
        }
    });
}
