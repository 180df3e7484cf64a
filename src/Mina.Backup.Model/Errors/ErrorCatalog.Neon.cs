namespace Mina.Backup.Model;

// Neon's API, and branches made through it.
public static partial class ErrorCatalog
{
    /// <summary>The Neon project, or the key of its API, was not given.</summary>
    public static readonly ErrorDefinition NeonNotConfigured = new(
        nameof(NeonNotConfigured),
        ErrorKind.InvalidArgument,
        "The Neon project, or the key of its API, was not given.",
        "Set NEON_PROJECT_ID and NEON_API_KEY, or give -Provider Local.");

    /// <summary>NEON_API_HOST is no address that a key may be sent to.</summary>
    public static readonly ErrorDefinition NeonAddressInvalid = new(
        nameof(NeonAddressInvalid),
        ErrorKind.InvalidArgument,
        "NEON_API_HOST is no address that a key may be sent to.",
        "Give scheme and host, such as https://console.neon.tech; plain http is for the loopback address alone.");

    /// <summary>Neon's API did not answer, or answered that it cannot work now.</summary>
    public static readonly ErrorDefinition NeonUnreachable = new(
        nameof(NeonUnreachable),
        ErrorKind.Unavailable,
        "Neon's API did not answer, or answered that it cannot work now.",
        "Check the network, a proxy, and Neon's status page; then run the command again.");

    /// <summary>Neon's API refused the key.</summary>
    public static readonly ErrorDefinition NeonAuthenticationFailed = new(
        nameof(NeonAuthenticationFailed),
        ErrorKind.AuthenticationFailed,
        "Neon's API refused the key.",
        "Check NEON_API_KEY: it may have expired or been revoked. Keys are made in Neon's console.");

    /// <summary>The key may not do this in the project.</summary>
    public static readonly ErrorDefinition NeonForbidden = new(
        nameof(NeonForbidden),
        ErrorKind.PermissionDenied,
        "The key may not do this in the project.",
        "Use a key of an account or organization with rights on the project, or have the project's plan checked.");

    /// <summary>Neon knows no such project, branch or operation, or the key's account may not see it.</summary>
    public static readonly ErrorDefinition NeonNotFound = new(
        nameof(NeonNotFound),
        ErrorKind.NotFound,
        "Neon knows no such project, branch or operation, or the key's account may not see it.",
        "Check NEON_PROJECT_ID, and that NEON_API_KEY belongs to the account that owns the project.");

    /// <summary>Other operations of the project stand in the way and did not end in time.</summary>
    public static readonly ErrorDefinition NeonBusy = new(
        nameof(NeonBusy),
        ErrorKind.Unavailable,
        "Other operations of the project stand in the way and did not end in time.",
        "Wait until the operations that Neon's console shows have ended, then run the command again.");

    /// <summary>Neon's API takes no more requests for now.</summary>
    public static readonly ErrorDefinition NeonRateLimited = new(
        nameof(NeonRateLimited),
        ErrorKind.ResourceExhausted,
        "Neon's API takes no more requests for now.",
        "Wait for as long as the message says, and see what else uses the API of this account.");

    /// <summary>Neon's API refused the request.</summary>
    public static readonly ErrorDefinition NeonRequestRefused = new(
        nameof(NeonRequestRefused),
        ErrorKind.Unspecified,
        "Neon's API refused the request.",
        "Read Neon's own message and code; its support asks for the request id.");

    /// <summary>Neon's API gave no clear answer, and what was asked for may have been done.</summary>
    public static readonly ErrorDefinition NeonOutcomeUnknown = new(
        nameof(NeonOutcomeUnknown),
        ErrorKind.Unavailable,
        "Neon's API gave no clear answer, and what was asked for may have been done.",
        "Look at the project with Get-MinaPitrBranch before you run the command again.");

    /// <summary>Neon's API answered something that cannot be read.</summary>
    public static readonly ErrorDefinition NeonAnswerInvalid = new(
        nameof(NeonAnswerInvalid),
        ErrorKind.InvalidData,
        "Neon's API answered something that cannot be read.",
        "Check NEON_API_HOST, and for a proxy that answers in Neon's place.");

    /// <summary>An operation of Neon failed or was canceled.</summary>
    public static readonly ErrorDefinition NeonOperationFailed = new(
        nameof(NeonOperationFailed),
        ErrorKind.Unavailable,
        "An operation of Neon failed or was canceled.",
        "Look at the operation named in Neon's console, then run the command again.");

    /// <summary>An operation of Neon did not end in time.</summary>
    public static readonly ErrorDefinition NeonOperationUnfinished = new(
        nameof(NeonOperationUnfinished),
        ErrorKind.Unavailable,
        "An operation of Neon did not end in time.",
        "Look at the operation named in Neon's console and at the project's branches with Get-MinaPitrBranch.");

    /// <summary>The point lies before the history that Neon keeps of the parent branch.</summary>
    public static readonly ErrorDefinition PointOutsideHistory = new(
        nameof(PointOutsideHistory),
        ErrorKind.Refused,
        "The point lies before the history that Neon keeps of the parent branch.",
        "Choose the earliest point named or a later one; for older states restore a backup with Restore-MinaBackup.");

    /// <summary>The branch has no such role.</summary>
    public static readonly ErrorDefinition BranchRoleNotFound = new(
        nameof(BranchRoleNotFound),
        ErrorKind.NotFound,
        "The branch has no such role.",
        "Check -RoleName; without it the owner of the database is taken.");

    /// <summary>The branch is one that must not be removed: root, default, protected, or with branches of its own.</summary>
    public static readonly ErrorDefinition BranchProtected = new(
        nameof(BranchProtected),
        ErrorKind.Refused,
        "The branch is one that must not be removed: root, default, protected, or with branches of its own.",
        "Remove its children first; make another branch the default; lift the protection in Neon's console.");

    /// <summary>The branch was not made by this module.</summary>
    public static readonly ErrorDefinition BranchNotOurs = new(
        nameof(BranchNotOurs),
        ErrorKind.Refused,
        "The branch was not made by this module.",
        "Give -Force if it is to go all the same.");

    /// <summary>This kind of branches does not have that option.</summary>
    public static readonly ErrorDefinition BranchOptionNotSupported = new(
        nameof(BranchOptionNotSupported),
        ErrorKind.NotSupported,
        "This kind of branches does not have that option.",
        "Leave the option out, or give -Provider.");

    /// <summary>Neon gives no write-ahead log away, so no transactions can be found in it.</summary>
    public static readonly ErrorDefinition TransactionsNotSupported = new(
        nameof(TransactionsNotSupported),
        ErrorKind.NotSupported,
        "Neon gives no write-ahead log away, so no transactions can be found in it.",
        "Give New-MinaPitrBranch the time with -At, and step closer by comparing branches.");

    private static ErrorDefinition[] NeonErrors =>
    [
        NeonNotConfigured,
        NeonAddressInvalid,
        NeonUnreachable,
        NeonAuthenticationFailed,
        NeonForbidden,
        NeonNotFound,
        NeonBusy,
        NeonRateLimited,
        NeonRequestRefused,
        NeonOutcomeUnknown,
        NeonAnswerInvalid,
        NeonOperationFailed,
        NeonOperationUnfinished,
        PointOutsideHistory,
        BranchRoleNotFound,
        BranchProtected,
        BranchNotOurs,
        BranchOptionNotSupported,
        TransactionsNotSupported,
    ];
}
