using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// Tells what a failure says about recoverability. What is missing on the drill's own machine or its staging server says nothing about the backup; everything else would stop a
/// recovery just the same.
/// </summary>
internal static class DrillFailures
{
    private static readonly HashSet<ErrorDefinition> OfTheDrill =
    [
        ErrorCatalog.ToolMissing, ErrorCatalog.ToolTooOld, ErrorCatalog.ToolKilled, ErrorCatalog.ClusterStartFailed,
        ErrorCatalog.ServerUnreachable, ErrorCatalog.ServerConnectionLost, ErrorCatalog.ServerDiskFull, ErrorCatalog.AuthenticationFailed,
        ErrorCatalog.PermissionDenied, ErrorCatalog.TlsRequired, ErrorCatalog.PoolerNotSupported, ErrorCatalog.DatabaseNotFound,
        ErrorCatalog.TargetNotCreatable, ErrorCatalog.TargetServerOlder, ErrorCatalog.RolesMissing, ErrorCatalog.TablespacesMissing,
        ErrorCatalog.PassphraseMissing, ErrorCatalog.PrivateKeyMissing, ErrorCatalog.KeyFileUnreadable,
        ErrorCatalog.BranchesNotSupported, ErrorCatalog.BranchPlaceUnusable, ErrorCatalog.BranchDiskFull, ErrorCatalog.DiskFull,
        ErrorCatalog.StagingIsSource, ErrorCatalog.UnexpectedFailure,
    ];

    /// <summary>Failed, or Inconclusive when the failure is the drill's own: also when the server ran out of resources, was stopped, or its machine failed (SQLSTATE classes 53, 57 and 58).</summary>
    public static DrillStepOutcome OutcomeOf(MinaException failure) =>
        OfTheDrill.Contains(failure.Definition) || failure.SqlState?[..2] is "53" or "57" or "58" ? DrillStepOutcome.Inconclusive : DrillStepOutcome.Failed;
}
