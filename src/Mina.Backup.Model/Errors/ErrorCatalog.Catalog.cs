namespace Mina.Backup.Model;

// Finding and removing backups and clusters.
public static partial class ErrorCatalog
{
    /// <summary>No backup of that name exists in the place given.</summary>
    public static readonly ErrorDefinition BackupNotFound = new(
        nameof(BackupNotFound),
        ErrorKind.NotFound,
        "No backup of that name exists in the place given.",
        "List what is there with Get-MinaBackup.");

    /// <summary>A disposable cluster is not one that this session holds.</summary>
    public static readonly ErrorDefinition ClusterNotFound = new(
        nameof(ClusterNotFound),
        ErrorKind.NotFound,
        "A disposable cluster is not one that this session holds.",
        "Stop the object that Start-MinaEphemeralCluster gave in the same session.");

    /// <summary>A name fits several different backups.</summary>
    public static readonly ErrorDefinition BackupAmbiguous = new(
        nameof(BackupAmbiguous),
        ErrorKind.InvalidArgument,
        "A name fits several different backups.",
        "Give the full path of the data file, or -Path.");

    /// <summary>The backup is the newest verified one of its database.</summary>
    public static readonly ErrorDefinition BackupProtected = new(
        nameof(BackupProtected),
        ErrorKind.Refused,
        "The backup is the newest verified one of its database.",
        "Make a newer verified backup first, or give -Force.");

    private static ErrorDefinition[] CatalogErrors =>
    [
        BackupNotFound,
        ClusterNotFound,
        BackupAmbiguous,
        BackupProtected,
    ];
}
