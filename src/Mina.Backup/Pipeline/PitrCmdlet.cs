using System.Management.Automation;

namespace Mina.Backup.Pipeline;

/// <summary>Base of the cmdlets that work on an archive's base backups.</summary>
public abstract class PitrCmdlet : AsyncCmdlet
{
    /// <summary>Creates the cmdlet; PowerShell does.</summary>
    private protected PitrCmdlet()
    {
    }

    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string? ArchivePath { get; set; }
}
