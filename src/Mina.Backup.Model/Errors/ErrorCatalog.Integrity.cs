namespace Mina.Backup.Model;

// Content that is not what it should be.
public static partial class ErrorCatalog
{
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
        "Check that the file is a plain pg_dump, optionally compressed by gzip or zstd and OpenPGP-encrypted.");

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

    /// <summary>The dump was made with options that a restore cannot follow.</summary>
    public static readonly ErrorDefinition DumpNotRestorable = new(
        nameof(DumpNotRestorable),
        ErrorKind.NotSupported,
        "The dump was made with options that a restore cannot follow.",
        "Dump again without the option named: pg_dump writes a plain dump without --create and --clean.");

    /// <summary>The file holds what pg_dump does not write: psql meta-commands, programs, or statements that reach beyond the database.</summary>
    public static readonly ErrorDefinition HostileScript = new(
        nameof(HostileScript),
        ErrorKind.Refused,
        "The file holds what pg_dump does not write: psql meta-commands, programs, or statements that reach beyond the database.",
        "Do not restore this file; find out who changed it.");

    private static ErrorDefinition[] IntegrityErrors =>
    [
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
        DumpNotRestorable,
        HostileScript,
    ];
}
