namespace Mina.Backup.Model;

// Restores.
public static partial class ErrorCatalog
{
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
        "The live database serves on, and the message names the database that holds the proven copy: end what holds the live one and run the command again, or rename both yourself.");

    /// <summary>The live database's content cannot be replaced in one transaction.</summary>
    public static readonly ErrorDefinition InPlaceNotPossible = new(
        nameof(InPlaceNotPossible),
        ErrorKind.Refused,
        "The live database's content cannot be replaced in one transaction.",
        "Restore without -InPlace.");

    /// <summary>A table is not in the backup, or a name fits several.</summary>
    public static readonly ErrorDefinition TableNotInBackup = new(
        nameof(TableNotInBackup),
        ErrorKind.NotFound,
        "A table is not in the backup, or a name fits several.",
        "Give schema and name as the backup has them, such as public.sessions.");

    /// <summary>A single table cannot be restored from this backup.</summary>
    public static readonly ErrorDefinition TableNotRestorable = new(
        nameof(TableNotRestorable),
        ErrorKind.Refused,
        "A single table cannot be restored from this backup.",
        "Restore the whole backup into a database of its own (-TargetDatabase), and copy the table from there.");

    /// <summary>A table of that name is in the target schema already.</summary>
    public static readonly ErrorDefinition TableExists = new(
        nameof(TableExists),
        ErrorKind.Refused,
        "A table of that name is in the target schema already.",
        "Give another -TargetSchema, or none for a new one.");

    private static ErrorDefinition[] RestoreErrors =>
    [
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
        TableNotInBackup,
        TableNotRestorable,
        TableExists,
    ];
}
