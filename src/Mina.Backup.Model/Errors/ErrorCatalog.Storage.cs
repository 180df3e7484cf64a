namespace Mina.Backup.Model;

// Places that hold backups.
public static partial class ErrorCatalog
{
    /// <summary>The disk that holds the backups is full.</summary>
    public static readonly ErrorDefinition DiskFull = new(
        nameof(DiskFull),
        ErrorKind.ResourceExhausted,
        "The disk that holds the backups is full.",
        "Free space, or give -Path another place.");

    /// <summary>The backup folder is a symbolic link or belongs to someone else.</summary>
    public static readonly ErrorDefinition FolderUnsafe = new(
        nameof(FolderUnsafe),
        ErrorKind.Refused,
        "The backup folder is a symbolic link or belongs to someone else.",
        "Remove it, or give -Path a folder that you own.");

    /// <summary>The backup folder or file cannot be accessed.</summary>
    public static readonly ErrorDefinition StorageAccessDenied = new(
        nameof(StorageAccessDenied),
        ErrorKind.PermissionDenied,
        "The backup folder or file cannot be accessed.",
        "Check owner and mode of the folder, or give -Path another place.");

    /// <summary>Reading or writing the backup place failed.</summary>
    public static readonly ErrorDefinition StorageFailed = new(
        nameof(StorageFailed),
        ErrorKind.Unavailable,
        "Reading or writing the backup place failed.",
        "Check the device or service, then run the command again.");

    /// <summary>A file of that name exists already.</summary>
    public static readonly ErrorDefinition ObjectExists = new(
        nameof(ObjectExists),
        ErrorKind.AlreadyExists,
        "A file of that name exists already.",
        "Choose another name or remove the file.");

    /// <summary>A file does not exist in the backup place.</summary>
    public static readonly ErrorDefinition ObjectNotFound = new(
        nameof(ObjectNotFound),
        ErrorKind.NotFound,
        "A file does not exist in the backup place.",
        "List what is there with Get-MinaBackup.");

    private static ErrorDefinition[] StorageErrors =>
    [
        DiskFull,
        FolderUnsafe,
        StorageAccessDenied,
        StorageFailed,
        ObjectExists,
        ObjectNotFound,
    ];
}
