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

    /// <summary>The archive is encrypted, and the run would not encrypt.</summary>
    public static readonly ErrorDefinition ArchiveEncrypted = new(
        nameof(ArchiveEncrypted),
        ErrorKind.Refused,
        "The archive is encrypted, and the run would not encrypt.",
        "Give the archive's passphrase or recipient, or -ArchivePath another place.");

    /// <summary>The server archives its WAL already, by other means.</summary>
    public static readonly ErrorDefinition ArchivingTaken = new(
        nameof(ArchivingTaken),
        ErrorKind.Refused,
        "The server archives its WAL already, by other means.",
        "Give -Force to take their place, or leave archiving to them; Disable-MinaWalArchiving gives the old value back.");

    /// <summary>archive_command runs on the server's host, and that is not this machine.</summary>
    public static readonly ErrorDefinition ServerNotLocal = new(
        nameof(ServerNotLocal),
        ErrorKind.NotSupported,
        "archive_command runs on the server's host, and that is not this machine.",
        "Run this on the server's host, or stream the WAL from here with Start-MinaWalReceiver.");

    /// <summary>The server's account cannot use the spool.</summary>
    public static readonly ErrorDefinition SpoolInaccessible = new(
        nameof(SpoolInaccessible),
        ErrorKind.PermissionDenied,
        "The server's account cannot use the spool.",
        "Run this as root or as the server's account, or give -SpoolPath a folder that the account can reach.");

    /// <summary>The server does not take over a setting.</summary>
    public static readonly ErrorDefinition SettingNotApplied = new(
        nameof(SettingNotApplied),
        ErrorKind.Unspecified,
        "The server does not take over a setting.",
        "Look into the server's log and pg_file_settings for what stands against it.");

    /// <summary>There is no record of settings that could be undone.</summary>
    public static readonly ErrorDefinition ArchivingNotEnabled = new(
        nameof(ArchivingNotEnabled),
        ErrorKind.NotFound,
        "There is no record of settings that could be undone.",
        "Give the -ArchivePath and -SpoolPath that Enable-MinaWalArchiving was given.");

    /// <summary>Another receiver writes into the spool.</summary>
    public static readonly ErrorDefinition ReceiverRunning = new(
        nameof(ReceiverRunning),
        ErrorKind.AlreadyExists,
        "Another receiver writes into the spool.",
        "Leave the work to it, stop it, or give -SpoolPath another folder.");

    /// <summary>The server has removed WAL that the replication slot had not received.</summary>
    public static readonly ErrorDefinition SlotLost = new(
        nameof(SlotLost),
        ErrorKind.InvalidData,
        "The server has removed WAL that the replication slot had not received.",
        "Drop the slot with pg_drop_replication_slot, start the receiver again and make a new base backup: the archive has a gap.");

    /// <summary>The replication slot is not a physical one.</summary>
    public static readonly ErrorDefinition SlotUnusable = new(
        nameof(SlotUnusable),
        ErrorKind.InvalidArgument,
        "The replication slot is not a physical one.",
        "Give -Slot another name.");

    /// <summary>A base backup does not say which WAL it needs.</summary>
    public static readonly ErrorDefinition RetentionBlocked = new(
        nameof(RetentionBlocked),
        ErrorKind.Refused,
        "A base backup does not say which WAL it needs.",
        "Put its manifest back, or remove what is left of it; then run the command again.");

    private static ErrorDefinition[] WalErrors =>
    [
        ArchiveNotGiven,
        SpoolNotGiven,
        ArchiveUnreadable,
        WalFileNotFound,
        WalFileInvalid,
        WalFileDiffers,
        WalOfOtherCluster,
        ArchiveEncrypted,
        ArchivingTaken,
        ServerNotLocal,
        SpoolInaccessible,
        SettingNotApplied,
        ArchivingNotEnabled,
        ReceiverRunning,
        SlotLost,
        SlotUnusable,
        RetentionBlocked,
    ];
}
