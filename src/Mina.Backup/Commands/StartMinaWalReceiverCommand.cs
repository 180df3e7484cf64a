using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Receives a server's WAL by streaming, for as long as it runs.</summary>
[Cmdlet(VerbsLifecycle.Start, "MinaWalReceiver", SupportsShouldProcess = true)]
[OutputType(typeof(WalReceiverStatus))]
public sealed class StartMinaWalReceiverCommand : PitrCmdlet
{
    /// <summary>Connection URI or Npgsql string of the server, whose role may replicate; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpoolPath { get; set; }

    /// <summary>Physical replication slot; made when it is absent.</summary>
    [Parameter]
    [ValidatePattern("^[a-z0-9_]{1,63}$")]
    public string Slot { get; set; } = WalReceiverRequest.DefaultSlot;

    /// <summary>Most WAL that the server keeps for a receiver that is away, in bytes.</summary>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long? MaximumSlotSize { get; set; }

    /// <summary>Receive what the server has now, then end.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess($"the server of {DatabaseText.Describe(Database)}", $"Receive WAL through the slot {Slot}"))
        {
            ThrowFailure(null, Receive);
        }
    }

    private void Receive()
    {
        var request = new WalReceiverRequest
        {
            Database = Database,
            ArchivePath = ResolvePath(ArchivePath),
            SpoolPath = ResolvePath(SpoolPath),
            Slot = Slot,
            MaximumSlotSize = MaximumSlotSize,
            Once = Once,
        };
        var last = Run<WalReceiverStatus, WalReceiverStatus>(
            (observer, report, token) => CreateWalEngine().ReceiveAsync(request, observer, report, token),
            status =>
            {
                // One run, one object; a service tells every change.
                if (!Once)
                {
                    WriteObject(status);
                }
            });
        WriteObject(last);
    }
}
