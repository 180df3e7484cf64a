using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Sets a server on this machine up to archive its WAL.</summary>
[Cmdlet(VerbsLifecycle.Enable, "MinaWalArchiving", SupportsShouldProcess = true)]
[OutputType(typeof(WalArchivingInfo))]
public sealed class EnableMinaWalArchivingCommand : PitrCmdlet
{
    /// <summary>Connection URI or Npgsql string of the server; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpoolPath { get; set; }

    /// <summary>Longest time that the server keeps a segment open while something was written.</summary>
    [Parameter]
    [Duration]
    public TimeSpan ArchiveTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Have the server note which blocks change, as incremental base backups need it.</summary>
    [Parameter]
    public SwitchParameter SummarizeWal { get; set; }

    /// <summary>Take the place of an archive_command or archive_library of somebody else.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => ThrowFailure(null, SetUp);

    private void SetUp()
    {
        var request = new WalArchivingRequest
        {
            Database = Database,
            ArchivePath = ResolvePath(ArchivePath),
            SpoolPath = ResolvePath(SpoolPath),
            ArchiveTimeout = ArchiveTimeout,
            SummarizeWal = SummarizeWal,
            Force = Force,
        };
        var plan = Run((observer, token) => CreateWalEngine().PlanArchivingAsync(request, observer, token));
        var description = Describe(plan);
        if (ShouldProcess(description, description, "Enable-MinaWalArchiving"))
        {
            WriteObject(Run((observer, token) => CreateWalEngine().EnableArchivingAsync(request, observer, token)));
        }
    }

    private static string Describe(WalArchivingInfo plan)
    {
        var account = plan.ServerAccount is null ? "" : $" for the account {plan.ServerAccount}";
        IEnumerable<string> lines =
        [
            $"Set {plan.Server} up to archive into {plan.SpoolPath}, by the script {plan.ScriptPath}{account}:",
            .. plan.Settings.Select(setting => setting.Changes
                ? $"  {setting} (now '{setting.Current}'{(setting.NeedsRestart ? ", needs a restart" : "")})"
                : $"  {setting} (as it is)"),
        ];
        return string.Join(Environment.NewLine, lines);
    }
}
