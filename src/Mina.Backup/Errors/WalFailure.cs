using Mina.Backup.Model;

namespace Mina.Backup.Errors;

/// <summary>The errors that stand beside results that tell of failures.</summary>
internal static class WalFailure
{
    /// <summary>The error of a file that could not be brought into the archive.</summary>
    public static IntegrityException From(WalSyncFailure failure) => Create(failure.ErrorId, failure.Message, failure.Name, failure.RecommendedAction);

    /// <summary>The error of a look at an archive that could not be complete.</summary>
    public static IntegrityException From(WalArchiveProblem problem) => Create(problem.ErrorId, problem.Message, null, problem.RecommendedAction);

    private static IntegrityException Create(string? id, string message, string? target, string action) => new(
        ErrorCatalog.All.FirstOrDefault(entry => entry.Id == id) ?? ErrorCatalog.UnexpectedFailure,
        message,
        new ErrorContext { Target = target, Action = action });
}
