using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Lists backups, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "MinaBackup")]
[OutputType(typeof(BackupInfo))]
public sealed class GetMinaBackupCommand : AsyncCmdlet
{
    /// <summary>Names or file names, with wildcards.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BackupNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Folders to look in; the two default folders when not given.</summary>
    [Parameter(Position = 1)]
    [Alias("Location")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Made at this time or later; with an offset from UTC.</summary>
    [Parameter]
    [OffsetTime]
    public DateTimeOffset? After { get; set; }

    /// <summary>Made before this time; with an offset from UTC.</summary>
    [Parameter]
    [OffsetTime]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Only the newest so many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Only encrypted backups; with <c>:$false</c> only others.</summary>
    [Parameter]
    public SwitchParameter Encrypted { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var query = new BackupQuery
        {
            Names = Name,
            Locations = [.. Path.Select(path => ResolvePath(path)!)],
            After = After,
            Before = Before,
            Last = Last,
            Encrypted = MyInvocation.BoundParameters.ContainsKey(nameof(Encrypted)) ? Encrypted.ToBool() : null,
        };
        ReportFailure(null, () => Write(query));
    }

    private void Write(BackupQuery query)
    {
        try
        {
            RunAndWrite(token => CreateEngine().ListAsync(query, token));
        }
        catch (StorageException unsafeFolder) when (Path.Length == 0 && unsafeFolder.Definition == ErrorCatalog.FolderUnsafe)
        {
            // Anybody can make the default folder in a shared place; that must not make everybody's listing fail. Nothing is read from it.
            WriteWarning($"{unsafeFolder.Message} It is left out. {unsafeFolder.RecommendedAction}");
        }
    }
}
