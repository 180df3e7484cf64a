namespace Mina.Backup.Model;

/// <summary>
/// Every error that the product can report, one file per family. docs/errors.md lists the same entries; an id never changes its meaning.
/// </summary>
public static partial class ErrorCatalog
{
    /// <summary>A failure that has no entry of its own.</summary>
    public static readonly ErrorDefinition UnexpectedFailure = new(
        nameof(UnexpectedFailure),
        ErrorKind.Unspecified,
        "A failure that has no entry of its own.",
        "Please report it with the run's log.");

    /// <summary>All entries, in the order of docs/errors.md.</summary>
    public static IReadOnlyList<ErrorDefinition> All =>
    [
        .. CallerErrors,
        .. ServerErrors,
        .. ToolErrors,
        .. StorageErrors,
        .. EncryptionErrors,
        .. IntegrityErrors,
        .. CatalogErrors,
        .. TargetErrors,
        .. RestoreErrors,
        .. WalErrors,
        .. PitrErrors,
        .. MomentErrors,
        .. DrillHistoryErrors,
        .. DrillErrors,
        .. NeonErrors,
        UnexpectedFailure,
    ];
}
