using System.Management.Automation;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Lists base backups, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "MinaBaseBackup")]
[OutputType(typeof(BaseBackupInfo))]
public sealed class GetMinaBaseBackupCommand : PitrCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Only the newest so many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var query = new BaseBackupQuery { Archive = ResolvePath(ArchivePath), Names = Name, Last = Last };
        ReportFailure(ArchivePath, () => RunAndWrite(token => CreatePitrEngine().ListBasesAsync(query, token)));
    }
}
