namespace Mina.Backup.Model;

// Finding transactions in the log, and bringing rows back.
public static partial class ErrorCatalog
{
    /// <summary>There is no segment of the log to read.</summary>
    public static readonly ErrorDefinition NoWalFound = new(
        nameof(NoWalFound),
        ErrorKind.NotFound,
        "There is no segment of the log to read.",
        "Check -ArchivePath and -SpoolPath; Get-MinaWalArchive shows what an archive holds.");

    /// <summary>A segment of the log is damaged.</summary>
    public static readonly ErrorDefinition WalDamaged = new(
        nameof(WalDamaged),
        ErrorKind.InvalidData,
        "A segment of the log is damaged.",
        "Bring another copy of the segment named into the spool or the archive, or read only what lies before or behind it with -Before or -After.");

    /// <summary>A record of table names cannot be read.</summary>
    public static readonly ErrorDefinition NamesUnreadable = new(
        nameof(NamesUnreadable),
        ErrorKind.InvalidData,
        "A record of table names cannot be read.",
        "Remove the file named; tables that it alone knew then show as numbers.");

    /// <summary>No branch was given.</summary>
    public static readonly ErrorDefinition BranchNotGiven = new(
        nameof(BranchNotGiven),
        ErrorKind.InvalidArgument,
        "No branch was given.",
        "Pipe a branch in, or give -Branch its name or object.");

    /// <summary>A table does not exist where it was looked for.</summary>
    public static readonly ErrorDefinition TableNotFound = new(
        nameof(TableNotFound),
        ErrorKind.NotFound,
        "A table does not exist where it was looked for.",
        "Check the table's name and schema, and the point of the branch.");

    /// <summary>A table name fits several tables.</summary>
    public static readonly ErrorDefinition TableAmbiguous = new(
        nameof(TableAmbiguous),
        ErrorKind.InvalidArgument,
        "A table name fits several tables.",
        "Give the schema, too, as in public.sessions.");

    /// <summary>A table has no primary key, and what was asked needs one.</summary>
    public static readonly ErrorDefinition TableHasNoKey = new(
        nameof(TableHasNoKey),
        ErrorKind.Refused,
        "A table has no primary key, and what was asked needs one.",
        "Use -Mode Missing, which compares whole rows, or give the table a primary key.");

    /// <summary>A table is not the same table in the branch and in the live database.</summary>
    public static readonly ErrorDefinition TableDiffers = new(
        nameof(TableDiffers),
        ErrorKind.Refused,
        "A table is not the same table in the branch and in the live database.",
        "Bring the live table's definition back to what it was at the point of the branch, or export the rows with Export-MinaPitrTable.");

    /// <summary>Rows that other rows refer to are not there.</summary>
    public static readonly ErrorDefinition ReferencedRowsMissing = new(
        nameof(ReferencedRowsMissing),
        ErrorKind.Refused,
        "Rows that other rows refer to are not there.",
        "Name the table that is referred to in -Table, too; nothing was changed.");

    /// <summary>The live database refused the rows.</summary>
    public static readonly ErrorDefinition RowsRefused = new(
        nameof(RowsRefused),
        ErrorKind.Refused,
        "The live database refused the rows.",
        "Read the server's message; nothing was changed.");

    /// <summary>The branch and the live database are the same.</summary>
    public static readonly ErrorDefinition BranchIsLive = new(
        nameof(BranchIsLive),
        ErrorKind.InvalidArgument,
        "The branch and the live database are the same database.",
        "Check -Database and DATABASE_URL.");

    private static ErrorDefinition[] MomentErrors =>
    [
        NoWalFound,
        WalDamaged,
        NamesUnreadable,
        BranchNotGiven,
        TableNotFound,
        TableAmbiguous,
        TableHasNoKey,
        TableDiffers,
        ReferencedRowsMissing,
        RowsRefused,
        BranchIsLive,
    ];
}
