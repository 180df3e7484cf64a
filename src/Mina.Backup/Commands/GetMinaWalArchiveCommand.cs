using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Tells what can be recovered from an archive, and how far it is behind its server.</summary>
[Cmdlet(VerbsCommon.Get, "MinaWalArchive")]
[OutputType(typeof(WalArchiveInfo))]
public sealed class GetMinaWalArchiveCommand : PitrReadingCmdlet
{
    /// <summary>Connection URI or Npgsql string of the server; <c>DATABASE_URL</c> when not given. Without either, no server is asked.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Whose points: this machine's archive, or a Neon project's history; whatever the machine is set up for when not given.</summary>
    [Parameter]
    public PitrProvider? Provider { get; set; }

    /// <summary>Longest time that a commit should wait for the archive.</summary>
    [Parameter]
    [Duration]
    public TimeSpan MaximumLag { get; set; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ReportFailure(ArchivePath, () =>
    {
        var info = WithKeys(keys =>
        {
            var request = new WalStatusRequest
            {
                ArchivePath = ResolvePath(ArchivePath),
                SpoolPath = ResolvePath(SpoolPath),
                Database = Database,
                Provider = Provider,
                Keys = keys,
                MaximumLag = MaximumLag,
            };
            return Run((observer, token) => CreateWalEngine().DescribeAsync(request, observer, token));
        });
        WriteObject(info);
        foreach (var problem in info.Problems.Where(problem => problem.ErrorId is not null))
        {
            WriteError(ErrorRecords.From(WalFailure.From(problem), info));
        }
    });
}
