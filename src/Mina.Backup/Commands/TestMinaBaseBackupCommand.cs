using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Reads base backups back in full and compares them with what was recorded.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MinaBaseBackup")]
[OutputType(typeof(BaseBackupVerification))]
public sealed class TestMinaBaseBackupCommand : PitrReadingCmdlet
{
    /// <summary>Name of the base backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => ReportFailure(Name, () =>
    {
        var result = WithKeys(keys =>
        {
            var request = new VerifyBaseBackupRequest { Name = Name, Archive = ResolvePath(ArchivePath), Spool = ResolvePath(SpoolPath), Keys = keys };
            return Run((observer, token) => CreatePitrEngine().VerifyBaseAsync(request, observer, token));
        });
        WriteObject(result);
        if (VerificationFailure.From(result) is { } failure)
        {
            WriteError(ErrorRecords.From(failure, result));
        }
    });
}
