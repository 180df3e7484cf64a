namespace Mina.Backup.Model;

/// <summary>Every error that the product can report. docs/errors.md lists the same entries.</summary>
public static class ErrorCatalog
{
    /// <summary>No source database was given.</summary>
    public static readonly ErrorDefinition SourceNotGiven = new(
        nameof(SourceNotGiven),
        ErrorKind.InvalidArgument,
        "No source database was given.",
        "Give -Database a connection URI or Npgsql string, or set DATABASE_URL.");

    /// <summary>No target server was given for a restore.</summary>
    public static readonly ErrorDefinition TargetNotGiven = new(
        nameof(TargetNotGiven),
        ErrorKind.InvalidArgument,
        "No target server was given for a restore.",
        "Give -Database a connection URI or Npgsql string of the target server, or set DATABASE_URL.");

    /// <summary>A connection URI or string cannot be read.</summary>
    public static readonly ErrorDefinition ConnectionStringInvalid = new(
        nameof(ConnectionStringInvalid),
        ErrorKind.InvalidArgument,
        "A connection URI or string cannot be read.",
        "Use postgresql://user@host:port/database or Host=...;Database=...;Username=....");

    /// <summary>Encryption is required but no passphrase or recipient was given.</summary>
    public static readonly ErrorDefinition EncryptionRequired = new(
        nameof(EncryptionRequired),
        ErrorKind.InvalidArgument,
        "Encryption is required but no passphrase or recipient was given.",
        "Set GPG_BACKUP_PASSPHRASE, or give -PassphraseFile, -Passphrase or -Recipient.");

    /// <summary>Two options contradict each other.</summary>
    public static readonly ErrorDefinition OptionConflict = new(
        nameof(OptionConflict),
        ErrorKind.InvalidArgument,
        "Two options contradict each other.",
        "Give only one of the options named.");

    /// <summary>A question would have to be asked, and there is no terminal to ask on.</summary>
    public static readonly ErrorDefinition PromptWithoutTerminal = new(
        nameof(PromptWithoutTerminal),
        ErrorKind.InvalidArgument,
        "A question would have to be asked, and there is no terminal to ask on.",
        "Give the switch named in the message.");

    /// <summary>The database server did not answer.</summary>
    public static readonly ErrorDefinition ServerUnreachable = new(
        nameof(ServerUnreachable),
        ErrorKind.Unavailable,
        "The database server did not answer.",
        "Check host, port, firewall and that the server runs.");

    /// <summary>The server refused the credentials.</summary>
    public static readonly ErrorDefinition AuthenticationFailed = new(
        nameof(AuthenticationFailed),
        ErrorKind.AuthenticationFailed,
        "The server refused the credentials.",
        "Check user name and password, and the server's pg_hba.conf.");

    /// <summary>The database does not exist on the server.</summary>
    public static readonly ErrorDefinition DatabaseNotFound = new(
        nameof(DatabaseNotFound),
        ErrorKind.NotFound,
        "The database does not exist on the server.",
        "Check the database's name, or create it.");

    /// <summary>The role lacks a right on an object.</summary>
    public static readonly ErrorDefinition PermissionDenied = new(
        nameof(PermissionDenied),
        ErrorKind.PermissionDenied,
        "The role lacks a right on an object.",
        "Grant the right named, or connect as a role that has it; pg_read_all_data suffices for a backup.");

    /// <summary>Row-level security would hide rows from the backup.</summary>
    public static readonly ErrorDefinition RowSecurityHidesRows = new(
        nameof(RowSecurityHidesRows),
        ErrorKind.PermissionDenied,
        "Row-level security would hide rows from the backup.",
        "Connect as a superuser, as the tables' owner or as a role with BYPASSRLS.");

    /// <summary>The address belongs to a transaction pooler, which cannot hold a snapshot.</summary>
    public static readonly ErrorDefinition PoolerNotSupported = new(
        nameof(PoolerNotSupported),
        ErrorKind.NotSupported,
        "The address belongs to a transaction pooler, which cannot hold a snapshot.",
        "Connect to the server directly; at Neon, drop -pooler from the host name.");

    /// <summary>The server or the network ended the connection during the work.</summary>
    public static readonly ErrorDefinition ServerConnectionLost = new(
        nameof(ServerConnectionLost),
        ErrorKind.Unavailable,
        "The server or the network ended the connection during the work.",
        "Look into the server's log, then run the command again.");

    /// <summary>The server ran out of disk space.</summary>
    public static readonly ErrorDefinition ServerDiskFull = new(
        nameof(ServerDiskFull),
        ErrorKind.ResourceExhausted,
        "The server ran out of disk space.",
        "Free space on the server and run the command again.");

    /// <summary>The server reported an error.</summary>
    public static readonly ErrorDefinition ServerStatementFailed = new(
        nameof(ServerStatementFailed),
        ErrorKind.Unspecified,
        "The server reported an error.",
        "Read the server's message, detail and hint.");

    /// <summary>The server or the connection string demands TLS and it could not be established.</summary>
    public static readonly ErrorDefinition TlsRequired = new(
        nameof(TlsRequired),
        ErrorKind.AuthenticationFailed,
        "The server or the connection string demands TLS and it could not be established.",
        "Check sslmode and the server's certificate.");

    /// <summary>A PostgreSQL client program is not installed.</summary>
    public static readonly ErrorDefinition ToolMissing = new(
        nameof(ToolMissing),
        ErrorKind.NotFound,
        "A PostgreSQL client program is not installed.",
        "Install the PostgreSQL client programs of the server's major version, or set MINA_PG_BIN to their folder.");

    /// <summary>A PostgreSQL client program is older than the server.</summary>
    public static readonly ErrorDefinition ToolTooOld = new(
        nameof(ToolTooOld),
        ErrorKind.NotSupported,
        "A PostgreSQL client program is older than the server.",
        "Install client programs of the server's major version or newer.");

    /// <summary>A PostgreSQL program ended with an error.</summary>
    public static readonly ErrorDefinition ToolFailed = new(
        nameof(ToolFailed),
        ErrorKind.Unspecified,
        "A PostgreSQL program ended with an error.",
        "Read its message; the run's log has all of its output.");

    /// <summary>A PostgreSQL program was killed by a signal.</summary>
    public static readonly ErrorDefinition ToolKilled = new(
        nameof(ToolKilled),
        ErrorKind.Unavailable,
        "A PostgreSQL program was killed by a signal.",
        "Find out what ended it (out of memory, an operator) and run the command again.");

    /// <summary>A disposable PostgreSQL cluster could not be started.</summary>
    public static readonly ErrorDefinition ClusterStartFailed = new(
        nameof(ClusterStartFailed),
        ErrorKind.Unavailable,
        "A disposable PostgreSQL cluster could not be started.",
        "Read the server's log quoted in the message.");

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

    /// <summary>The backup is encrypted with a passphrase and none was given.</summary>
    public static readonly ErrorDefinition PassphraseMissing = new(
        nameof(PassphraseMissing),
        ErrorKind.InvalidArgument,
        "The backup is encrypted with a passphrase and none was given.",
        "Set GPG_BACKUP_PASSPHRASE, or give -PassphraseFile or -Passphrase.");

    /// <summary>The passphrase does not open the backup.</summary>
    public static readonly ErrorDefinition PassphraseWrong = new(
        nameof(PassphraseWrong),
        ErrorKind.AuthenticationFailed,
        "The passphrase does not open the backup.",
        "Give the passphrase that was in use when the backup was made.");

    /// <summary>The backup is encrypted for a recipient and no private key was given.</summary>
    public static readonly ErrorDefinition PrivateKeyMissing = new(
        nameof(PrivateKeyMissing),
        ErrorKind.InvalidArgument,
        "The backup is encrypted for a recipient and no private key was given.",
        "Give -PrivateKey the recipient's exported secret key file.");

    /// <summary>The private key does not open the backup.</summary>
    public static readonly ErrorDefinition PrivateKeyWrong = new(
        nameof(PrivateKeyWrong),
        ErrorKind.AuthenticationFailed,
        "The private key does not open the backup.",
        "Give the secret key of the recipient named in the manifest.");

    /// <summary>A key or passphrase file cannot be read.</summary>
    public static readonly ErrorDefinition KeyFileUnreadable = new(
        nameof(KeyFileUnreadable),
        ErrorKind.NotFound,
        "A key or passphrase file cannot be read.",
        "Check the path and that the file is readable and not empty.");

    /// <summary>The key cannot encrypt: expired, revoked or made for signing only.</summary>
    public static readonly ErrorDefinition KeyUnusable = new(
        nameof(KeyUnusable),
        ErrorKind.InvalidArgument,
        "The key cannot encrypt: expired, revoked or made for signing only.",
        "Export a current public key with an encryption subkey.");

    /// <summary>The backup file has no content.</summary>
    public static readonly ErrorDefinition BackupEmpty = new(
        nameof(BackupEmpty),
        ErrorKind.InvalidData,
        "The backup file has no content.",
        "Use another backup: Get-MinaBackup lists them.");

    /// <summary>The backup file ends too early.</summary>
    public static readonly ErrorDefinition BackupTruncated = new(
        nameof(BackupTruncated),
        ErrorKind.InvalidData,
        "The backup file ends too early.",
        "Use another backup, or fetch this one again from where it was copied.");

    /// <summary>The backup's bytes are not those that were written.</summary>
    public static readonly ErrorDefinition BackupCorrupt = new(
        nameof(BackupCorrupt),
        ErrorKind.InvalidData,
        "The backup's bytes are not those that were written.",
        "Use another backup, or fetch this one again from where it was copied.");

    /// <summary>The file is not a PostgreSQL backup in a format that is known here.</summary>
    public static readonly ErrorDefinition BackupNotRecognized = new(
        nameof(BackupNotRecognized),
        ErrorKind.InvalidData,
        "The file is not a PostgreSQL backup in a format that is known here.",
        "Check that the file is a plain pg_dump, optionally gzip-compressed and OpenPGP-encrypted.");

    /// <summary>The dump inside the backup lacks its end.</summary>
    public static readonly ErrorDefinition DumpIncomplete = new(
        nameof(DumpIncomplete),
        ErrorKind.InvalidData,
        "The dump inside the backup lacks its end.",
        "Use another backup; the run that made this one did not finish.");

    /// <summary>The backup's manifest is damaged.</summary>
    public static readonly ErrorDefinition ManifestUnreadable = new(
        nameof(ManifestUnreadable),
        ErrorKind.InvalidData,
        "The backup's manifest is damaged.",
        "Rebuild it from the file with Repair-MinaBackup.");

    /// <summary>The manifest belongs to another backup.</summary>
    public static readonly ErrorDefinition ManifestMismatch = new(
        nameof(ManifestMismatch),
        ErrorKind.InvalidData,
        "The manifest belongs to another backup.",
        "Put the right manifest back, or rebuild it with Repair-MinaBackup.");

    /// <summary>The backup's index is damaged or missing.</summary>
    public static readonly ErrorDefinition IndexUnreadable = new(
        nameof(IndexUnreadable),
        ErrorKind.InvalidData,
        "The backup's index is damaged or missing.",
        "Rebuild it from the file with Repair-MinaBackup.");

    /// <summary>The file holds no record of its own content.</summary>
    public static readonly ErrorDefinition ProofMissing = new(
        nameof(ProofMissing),
        ErrorKind.NotSupported,
        "The file holds no record of its own content.",
        "Use it as it is: files of other scripts are listed, verified and restored without a manifest.");

    /// <summary>Rows or fingerprints differ from what was recorded.</summary>
    public static readonly ErrorDefinition ContentDiffers = new(
        nameof(ContentDiffers),
        ErrorKind.InvalidData,
        "Rows or fingerprints differ from what was recorded.",
        "Do not trust this copy; the differing tables are named in the result.");

    /// <summary>The file holds psql meta-commands or programs outside its rows, which could run shell commands.</summary>
    public static readonly ErrorDefinition HostileScript = new(
        nameof(HostileScript),
        ErrorKind.Refused,
        "The file holds psql meta-commands or programs outside its rows, which could run shell commands.",
        "Do not restore this file; find out who changed it.");

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

    /// <summary>Roles that the backup needs do not exist on the target server.</summary>
    public static readonly ErrorDefinition RolesMissing = new(
        nameof(RolesMissing),
        ErrorKind.NotFound,
        "Roles that the backup needs do not exist on the target server.",
        "Give -RestoreGlobals, create the roles, or give -NoOwner and -NoPrivileges.");

    /// <summary>Tablespaces that the backup needs do not exist on the target server.</summary>
    public static readonly ErrorDefinition TablespacesMissing = new(
        nameof(TablespacesMissing),
        ErrorKind.NotFound,
        "Tablespaces that the backup needs do not exist on the target server.",
        "Create the tablespaces named, or give -RestoreGlobals.");

    /// <summary>The target server's major version is older than the backup's.</summary>
    public static readonly ErrorDefinition TargetServerOlder = new(
        nameof(TargetServerOlder),
        ErrorKind.NotSupported,
        "The target server's major version is older than the backup's.",
        "Restore into a server of the same or a newer major version, or give -Force to try.");

    /// <summary>The role may not create or rename databases on the target server.</summary>
    public static readonly ErrorDefinition TargetNotCreatable = new(
        nameof(TargetNotCreatable),
        ErrorKind.PermissionDenied,
        "The role may not create or rename databases on the target server.",
        "Give -InPlace, or connect as a role with CREATEDB that owns the database.");

    /// <summary>Prepared transactions are open in the live database.</summary>
    public static readonly ErrorDefinition TargetHasPreparedTransactions = new(
        nameof(TargetHasPreparedTransactions),
        ErrorKind.Refused,
        "Prepared transactions are open in the live database.",
        "Commit or roll back the transactions named; PostgreSQL renames no database that has any.");

    /// <summary>Logical replication slots belong to the live database and would follow it aside.</summary>
    public static readonly ErrorDefinition TargetHasLogicalSlots = new(
        nameof(TargetHasLogicalSlots),
        ErrorKind.Refused,
        "Logical replication slots belong to the live database and would follow it aside.",
        "Drop the slots named, or give -Force.");

    /// <summary>The live database has subscriptions, which would follow it aside.</summary>
    public static readonly ErrorDefinition TargetHasSubscriptions = new(
        nameof(TargetHasSubscriptions),
        ErrorKind.Refused,
        "The live database has subscriptions, which would follow it aside.",
        "Drop or disable the subscriptions named, or give -Force.");

    /// <summary>The safety backup of the live database could not be made.</summary>
    public static readonly ErrorDefinition SafetyBackupFailed = new(
        nameof(SafetyBackupFailed),
        ErrorKind.Unavailable,
        "The safety backup of the live database could not be made.",
        "Mend the cause, or give -SkipSafetyBackup: the swap still keeps the original database.");

    /// <summary>-DropFirst needs a verified safety backup on another disk than the server's.</summary>
    public static readonly ErrorDefinition SafetyBackupNotSafe = new(
        nameof(SafetyBackupNotSafe),
        ErrorKind.Refused,
        "-DropFirst needs a verified safety backup on another disk than the server's.",
        "Give -SafetyPath a place on another disk, or restore without -DropFirst.");

    /// <summary>A statement of the backup failed on the target server.</summary>
    public static readonly ErrorDefinition ScriptFailed = new(
        nameof(ScriptFailed),
        ErrorKind.Unspecified,
        "A statement of the backup failed on the target server.",
        "Read the server's message; the live database is as it was.");

    /// <summary>The restored copy differs from what the backup recorded.</summary>
    public static readonly ErrorDefinition CopyDiffers = new(
        nameof(CopyDiffers),
        ErrorKind.InvalidData,
        "The restored copy differs from what the backup recorded.",
        "Do not use the copy; the differing tables are named in the result. The live database is as it was.");

    /// <summary>The proven copy could not be renamed into the live database's place.</summary>
    public static readonly ErrorDefinition SwapFailed = new(
        nameof(SwapFailed),
        ErrorKind.Unavailable,
        "The proven copy could not be renamed into the live database's place.",
        "The live database is as it was; end what holds it, then run the command again.");

    /// <summary>The live database's content cannot be replaced in one transaction.</summary>
    public static readonly ErrorDefinition InPlaceNotPossible = new(
        nameof(InPlaceNotPossible),
        ErrorKind.Refused,
        "The live database's content cannot be replaced in one transaction.",
        "Restore without -InPlace.");

    /// <summary>A failure that has no entry of its own.</summary>
    public static readonly ErrorDefinition UnexpectedFailure = new(
        nameof(UnexpectedFailure),
        ErrorKind.Unspecified,
        "A failure that has no entry of its own.",
        "Please report it with the run's log.");

    /// <summary>All entries, in the order of docs/errors.md.</summary>
    public static IReadOnlyList<ErrorDefinition> All { get; } =
    [
        SourceNotGiven,
        TargetNotGiven,
        ConnectionStringInvalid,
        EncryptionRequired,
        OptionConflict,
        PromptWithoutTerminal,
        ServerUnreachable,
        AuthenticationFailed,
        DatabaseNotFound,
        PermissionDenied,
        RowSecurityHidesRows,
        PoolerNotSupported,
        ServerConnectionLost,
        ServerDiskFull,
        ServerStatementFailed,
        TlsRequired,
        ToolMissing,
        ToolTooOld,
        ToolFailed,
        ToolKilled,
        ClusterStartFailed,
        DiskFull,
        FolderUnsafe,
        StorageAccessDenied,
        StorageFailed,
        ObjectExists,
        ObjectNotFound,
        PassphraseMissing,
        PassphraseWrong,
        PrivateKeyMissing,
        PrivateKeyWrong,
        KeyFileUnreadable,
        KeyUnusable,
        BackupEmpty,
        BackupTruncated,
        BackupCorrupt,
        BackupNotRecognized,
        DumpIncomplete,
        ManifestUnreadable,
        ManifestMismatch,
        IndexUnreadable,
        ProofMissing,
        ContentDiffers,
        HostileScript,
        BackupNotFound,
        ClusterNotFound,
        BackupAmbiguous,
        BackupProtected,
        RolesMissing,
        TablespacesMissing,
        TargetServerOlder,
        TargetNotCreatable,
        TargetHasPreparedTransactions,
        TargetHasLogicalSlots,
        TargetHasSubscriptions,
        SafetyBackupFailed,
        SafetyBackupNotSafe,
        ScriptFailed,
        CopyDiffers,
        SwapFailed,
        InPlaceNotPossible,
        UnexpectedFailure,
    ];
}
