namespace Mina.Backup.Model;

// Base backups and branches.
public static partial class ErrorCatalog
{
    /// <summary>There is no base backup of that name.</summary>
    public static readonly ErrorDefinition BaseBackupNotFound = new(
        nameof(BaseBackupNotFound),
        ErrorKind.NotFound,
        "There is no base backup of that name.",
        "List what is there with Get-MinaBaseBackup.");

    /// <summary>The server is too old for this kind of base backup.</summary>
    public static readonly ErrorDefinition BaseBackupNotSupported = new(
        nameof(BaseBackupNotSupported),
        ErrorKind.NotSupported,
        "The server is too old for this kind of base backup.",
        "Base backups of clusters with tablespaces need PostgreSQL 15 or newer, all others 13 or newer.");

    /// <summary>The files that the server sent are not those of its own manifest.</summary>
    public static readonly ErrorDefinition BaseBackupDiffers = new(
        nameof(BaseBackupDiffers),
        ErrorKind.InvalidData,
        "The files of a base backup are not those of the server's own manifest.",
        "Check the disk and memory of both machines, then run the base backup again.");

    /// <summary>The base backup waits for WAL that the server does not get archived.</summary>
    public static readonly ErrorDefinition BaseBackupNotArchived = new(
        nameof(BaseBackupNotArchived),
        ErrorKind.Unavailable,
        "The base backup waits for WAL that the server does not get archived.",
        "Look at the archiver's failures with Get-MinaWalArchive and at the server's log, then run the base backup again.");

    /// <summary>The server is too old for incremental base backups.</summary>
    public static readonly ErrorDefinition IncrementalNotSupported = new(
        nameof(IncrementalNotSupported),
        ErrorKind.NotSupported,
        "The server is too old for incremental base backups.",
        "Leave -Incremental out and make full base backups; incremental ones need PostgreSQL 17 or newer.");

    /// <summary>The server does not note which blocks change.</summary>
    public static readonly ErrorDefinition WalSummariesOff = new(
        nameof(WalSummariesOff),
        ErrorKind.Refused,
        "The server does not note which blocks change.",
        "Run ALTER SYSTEM SET summarize_wal = on and SELECT pg_reload_conf(), or Enable-MinaWalArchiving -SummarizeWal; then make a full base backup to build on.");

    /// <summary>There is no base backup that an incremental one could build on.</summary>
    public static readonly ErrorDefinition NoIncrementalParent = new(
        nameof(NoIncrementalParent),
        ErrorKind.NotFound,
        "There is no base backup that an incremental one could build on.",
        "Make a full one with New-MinaBaseBackup without -Incremental.");

    /// <summary>An incremental base backup cannot build on the one that was given.</summary>
    public static readonly ErrorDefinition IncrementalParentUnusable = new(
        nameof(IncrementalParentUnusable),
        ErrorKind.Refused,
        "An incremental base backup cannot build on the one that was given.",
        "Leave -Parent out, give it another one of the same cluster, or make a full base backup.");

    /// <summary>The server cannot say what changed since the parent.</summary>
    public static readonly ErrorDefinition IncrementalRefused = new(
        nameof(IncrementalRefused),
        ErrorKind.Refused,
        "The server cannot say what changed since the parent.",
        "Make a full base backup; later ones can build on it. Where summaries are missing, the server had summarize_wal off for a time, or wal_summary_keep_time is too short.");

    /// <summary>A base backup that an incremental one builds on is missing or damaged.</summary>
    public static readonly ErrorDefinition BaseChainBroken = new(
        nameof(BaseChainBroken),
        ErrorKind.InvalidData,
        "A base backup that an incremental one builds on is missing or damaged.",
        "Bring the one named back, or start from a base backup that does not build on it: an earlier one, with the WAL behind it, reaches the same points.");

    /// <summary>A full base backup and its incremental ones could not be put together.</summary>
    public static readonly ErrorDefinition BaseChainNotCombined = new(
        nameof(BaseChainNotCombined),
        ErrorKind.InvalidData,
        "A full base backup and its incremental ones could not be put together.",
        "Read the words of pg_combinebackup; start from the full base backup with -BaseBackup, whose WAL reaches the same points.");

    /// <summary>The archive has no base backup that can be used.</summary>
    public static readonly ErrorDefinition NoBaseBackup = new(
        nameof(NoBaseBackup),
        ErrorKind.NotFound,
        "The archive has no base backup that can be used.",
        "Make one with New-MinaBaseBackup; points after its end can then be recovered.");

    /// <summary>The point lies before the end of the oldest base backup.</summary>
    public static readonly ErrorDefinition PointBeforeBase = new(
        nameof(PointBeforeBase),
        ErrorKind.Refused,
        "The point lies before the end of the base backup.",
        "Choose a later point, or an archive with an older base backup.");

    /// <summary>The point lies in the future.</summary>
    public static readonly ErrorDefinition PointInFuture = new(
        nameof(PointInFuture),
        ErrorKind.Refused,
        "The point lies in the future.",
        "Check the time's offset from UTC; -Latest recovers everything that the archive has.");

    /// <summary>The point lies behind the end of the archived WAL.</summary>
    public static readonly ErrorDefinition PointNotArchived = new(
        nameof(PointNotArchived),
        ErrorKind.Refused,
        "The point lies behind the end of the archived WAL.",
        "Wait until the WAL is archived (pg_switch_wal() and Sync-MinaWalArchive hasten it), or use -Latest.");

    /// <summary>WAL on the way to the point is missing.</summary>
    public static readonly ErrorDefinition WalGap = new(
        nameof(WalGap),
        ErrorKind.Refused,
        "WAL on the way to the point is missing.",
        "Bring the segment named into the spool or the archive, or choose a point before it or a base backup behind it.");

    /// <summary>The archived WAL does not have what the point names.</summary>
    public static readonly ErrorDefinition PointNotFound = new(
        nameof(PointNotFound),
        ErrorKind.NotFound,
        "The archived WAL has no transaction or restore point of that name.",
        "Check the name; Find-MinaTransaction lists transactions.");

    /// <summary>The timeline is not in the archive.</summary>
    public static readonly ErrorDefinition TimelineNotFound = new(
        nameof(TimelineNotFound),
        ErrorKind.NotFound,
        "The timeline is not in the archive, or does not descend from any base backup's.",
        "Get-MinaWalArchive lists the timelines.");

    /// <summary>This machine cannot make branches of that kind.</summary>
    public static readonly ErrorDefinition BranchesNotSupported = new(
        nameof(BranchesNotSupported),
        ErrorKind.NotSupported,
        "This machine cannot make branches of that kind.",
        "Local branches need Linux, macOS or WSL.");

    /// <summary>A branch of that name exists already.</summary>
    public static readonly ErrorDefinition BranchExists = new(
        nameof(BranchExists),
        ErrorKind.AlreadyExists,
        "A branch of that name exists already.",
        "Choose another name, or remove the branch with Remove-MinaPitrBranch.");

    /// <summary>There is no branch of that name.</summary>
    public static readonly ErrorDefinition BranchNotFound = new(
        nameof(BranchNotFound),
        ErrorKind.NotFound,
        "There is no branch of that name.",
        "List the branches with Get-MinaPitrBranch.");

    /// <summary>The branch does not wait at its point.</summary>
    public static readonly ErrorDefinition BranchNotPaused = new(
        nameof(BranchNotPaused),
        ErrorKind.Refused,
        "The branch does not wait at its point, so it cannot be stepped forward.",
        "Make it with -ReadOnly.");

    /// <summary>The branch is past the point already.</summary>
    public static readonly ErrorDefinition PointBehindBranch = new(
        nameof(PointBehindBranch),
        ErrorKind.Refused,
        "The branch is past the point already; replay goes forward alone.",
        "Make a new branch at that point with New-MinaPitrBranch.");

    /// <summary>The branch's folder cannot be used by the server's account.</summary>
    public static readonly ErrorDefinition BranchPlaceUnusable = new(
        nameof(BranchPlaceUnusable),
        ErrorKind.PermissionDenied,
        "The folder for branches cannot be used by the account that the server runs as.",
        "Give -BranchPath a folder whose parents that account may enter, or set MINA_BRANCH_PATH.");

    /// <summary>The disk that holds the branches is full.</summary>
    public static readonly ErrorDefinition BranchDiskFull = new(
        nameof(BranchDiskFull),
        ErrorKind.ResourceExhausted,
        "The disk that holds the branches is full.",
        "Free space, remove branches, or give -BranchPath another place.");

    /// <summary>The branch's server did not start or ended during recovery.</summary>
    public static readonly ErrorDefinition BranchStartFailed = new(
        nameof(BranchStartFailed),
        ErrorKind.Unavailable,
        "The branch's server did not start, or ended during recovery.",
        "Read the server's log quoted in the message.");

    /// <summary>Another run is working on the branch.</summary>
    public static readonly ErrorDefinition BranchBusy = new(
        nameof(BranchBusy),
        ErrorKind.Unavailable,
        "Another run is working on the branch.",
        "Wait until that run has ended.");

    /// <summary>The branch does not serve.</summary>
    public static readonly ErrorDefinition BranchNotServing = new(
        nameof(BranchNotServing),
        ErrorKind.Unavailable,
        "The branch's server does not run.",
        "Remove the branch with Remove-MinaPitrBranch and make it anew.");

    private static ErrorDefinition[] PitrErrors =>
    [
        BaseBackupNotFound,
        BaseBackupNotSupported,
        BaseBackupDiffers,
        BaseBackupNotArchived,
        IncrementalNotSupported,
        WalSummariesOff,
        NoIncrementalParent,
        IncrementalParentUnusable,
        IncrementalRefused,
        BaseChainBroken,
        BaseChainNotCombined,
        NoBaseBackup,
        PointBeforeBase,
        PointInFuture,
        PointNotArchived,
        WalGap,
        PointNotFound,
        TimelineNotFound,
        BranchesNotSupported,
        BranchExists,
        BranchNotFound,
        BranchNotPaused,
        PointBehindBranch,
        BranchPlaceUnusable,
        BranchDiskFull,
        BranchStartFailed,
        BranchBusy,
        BranchNotServing,
    ];
}
