namespace Mina.Backup.Model;

// The history of drills, and reports on it.
public static partial class ErrorCatalog
{
    /// <summary>The history of drills is not what was written.</summary>
    public static readonly ErrorDefinition DrillHistoryBroken = new(
        nameof(DrillHistoryBroken),
        ErrorKind.InvalidData,
        "The history of drills was changed after it was written: a record was edited, moved, put in or removed.",
        "Compare it with reports that were exported before, or bring the file and its head back from a backup of the state folder.");

    /// <summary>No drill fits what a report was asked for.</summary>
    public static readonly ErrorDefinition DrillNotFound = new(
        nameof(DrillNotFound),
        ErrorKind.NotFound,
        "The history has no drill that fits.",
        "List the drills with Get-MinaRecoveryDrill, or make one with Invoke-MinaRecoveryDrill.");

    private static ErrorDefinition[] DrillHistoryErrors =>
    [
        DrillHistoryBroken,
        DrillNotFound,
    ];
}
