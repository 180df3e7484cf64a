using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Undoes what Enable-MinaWalArchiving set, and nothing else.</summary>
[Cmdlet(VerbsLifecycle.Disable, "MinaWalArchiving", SupportsShouldProcess = true)]
[OutputType(typeof(WalArchivingInfo))]
public sealed class DisableMinaWalArchivingCommand : PitrCmdlet
{
    /// <summary>Connection URI or Npgsql string of the server; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpoolPath { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess($"the server of {DatabaseText.Describe(Database)}", "Undo WAL archiving"))
        {
            ThrowFailure(null, Undo);
        }
    }

    private void Undo()
    {
        var request = new WalArchivingRequest { Database = Database, ArchivePath = ResolvePath(ArchivePath), SpoolPath = ResolvePath(SpoolPath) };
        WriteObject(Run((observer, token) => CreateWalEngine().DisableArchivingAsync(request, observer, token)));
    }
}
