namespace Mina.Backup.Model;

// Recovery drills.
public static partial class ErrorCatalog
{
    /// <summary>A recovery drill found that something cannot be recovered, or not as it was.</summary>
    public static readonly ErrorDefinition DrillFailed = new(
        nameof(DrillFailed),
        ErrorKind.InvalidData,
        "A recovery drill found that something cannot be recovered, or not as it was.",
        "Read the failed steps in the result; -KeepStaging OnFailure leaves the restored database for inspection. Drill another backup, and make a new one.");

    /// <summary>A recovery drill could not be done to its end and proves nothing.</summary>
    public static readonly ErrorDefinition DrillInconclusive = new(
        nameof(DrillInconclusive),
        ErrorKind.Unavailable,
        "A recovery drill could not be done to its end and proves nothing.",
        "Mend what the inconclusive step names and run the drill again.");

    /// <summary>A drill's staging server is the source's own server, or may be.</summary>
    public static readonly ErrorDefinition StagingIsSource = new(
        nameof(StagingIsSource),
        ErrorKind.Refused,
        "A drill's staging server is the source's own server, or may be.",
        "Give another server as -StagingDatabase, or none: the drill then starts one of its own.");

    /// <summary>A file of smoke tests cannot be read.</summary>
    public static readonly ErrorDefinition SmokeTestUnreadable = new(
        nameof(SmokeTestUnreadable),
        ErrorKind.NotFound,
        "A file of smoke tests cannot be read.",
        "Check the path and the rights; a script block is given in braces.");

    private static ErrorDefinition[] DrillErrors =>
    [
        DrillFailed,
        DrillInconclusive,
        StagingIsSource,
        SmokeTestUnreadable,
    ];
}
