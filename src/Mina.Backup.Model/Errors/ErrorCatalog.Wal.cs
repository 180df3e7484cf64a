namespace Mina.Backup.Model;

// The WAL archive.
public static partial class ErrorCatalog
{
    /// <summary>No WAL archive was given.</summary>
    public static readonly ErrorDefinition ArchiveNotGiven = new(
        nameof(ArchiveNotGiven),
        ErrorKind.InvalidArgument,
        "No WAL archive was given.",
        "Give -ArchivePath a folder, or set MINA_WAL_ARCHIVE.");

    /// <summary>The archive is no folder of this machine, and no spool was given.</summary>
    public static readonly ErrorDefinition SpoolNotGiven = new(
        nameof(SpoolNotGiven),
        ErrorKind.InvalidArgument,
        "The archive is no folder of this machine, and no spool was given.",
        "Give -SpoolPath a local folder, or set MINA_WAL_SPOOL.");

    /// <summary>What the archive says about itself cannot be read.</summary>
    public static readonly ErrorDefinition ArchiveUnreadable = new(
        nameof(ArchiveUnreadable),
        ErrorKind.InvalidData,
        "What the archive says about itself cannot be read.",
        "Remove the archive.json named; Sync-MinaWalArchive writes it anew.");

    /// <summary>A WAL file is neither in the archive nor in the spool.</summary>
    public static readonly ErrorDefinition WalFileNotFound = new(
        nameof(WalFileNotFound),
        ErrorKind.NotFound,
        "A WAL file is neither in the archive nor in the spool.",
        "Look for gaps with Get-MinaWalArchive; choose a point before the gap, or a base backup behind it.");

    /// <summary>A file is not the WAL that its name says.</summary>
    public static readonly ErrorDefinition WalFileInvalid = new(
        nameof(WalFileInvalid),
        ErrorKind.InvalidData,
        "A file is not the WAL that its name says.",
        "Find out what wrote it; the archive takes only what PostgreSQL wrote.");

    /// <summary>The archive has a file of the same name with other content.</summary>
    public static readonly ErrorDefinition WalFileDiffers = new(
        nameof(WalFileDiffers),
        ErrorKind.Refused,
        "The archive has a file of the same name with other content.",
        "Find out whether two servers archive into one place; give one of them an archive of its own.");

    /// <summary>The WAL belongs to another cluster than the archive's.</summary>
    public static readonly ErrorDefinition WalOfOtherCluster = new(
        nameof(WalOfOtherCluster),
        ErrorKind.Refused,
        "The WAL belongs to another cluster than the archive's.",
        "Give every cluster an archive of its own.");

    private static ErrorDefinition[] WalErrors =>
    [
        ArchiveNotGiven,
        SpoolNotGiven,
        ArchiveUnreadable,
        WalFileNotFound,
        WalFileInvalid,
        WalFileDiffers,
        WalOfOtherCluster,
    ];
}
