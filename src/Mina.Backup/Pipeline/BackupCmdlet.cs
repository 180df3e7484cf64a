using System.Management.Automation;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;

namespace Mina.Backup.Pipeline;

/// <summary>Base of the cmdlets that work on one backup at a time, named or piped in.</summary>
public abstract class BackupCmdlet : AsyncCmdlet
{
    /// <summary>Creates the cmdlet; PowerShell does.</summary>
    private protected BackupCmdlet()
    {
    }

    /// <summary>Name of the backup, name of its data file, or path of it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BackupNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>Place that holds the backup; the default folders are searched when it is not given.</summary>
    /// <remarks>The property is called Location, as in BackupInfo, whose Path is that of the file. DirectoryName binds files.</remarks>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "DirectoryName")]
    [ValidateNotNullOrEmpty]
    public string? Location { get; set; }

    /// <summary>Name of the data file, where several backups share a name.</summary>
    /// <remarks>A plain and an encrypted file may bear one name; whoever pipes one of them in means that one and no other.</remarks>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? FileName { get; set; }

    /// <summary>The backup in a question to the operator: the very file where it is known.</summary>
    private protected string Described => Location is null ? FileName ?? Name : $"{FileName ?? Name} in {Location}";

    /// <summary>The backup that the parameters name.</summary>
    private protected BackupReference Reference
    {
        get
        {
            var isPath = Name.Contains('/', StringComparison.Ordinal) || Name.Contains('\\', StringComparison.Ordinal);
            return new BackupReference(isPath ? ResolvePath(Name)! : Name, ResolvePath(Location), FileName);
        }
    }
}
