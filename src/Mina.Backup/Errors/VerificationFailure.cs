using Mina.Backup.Model;

namespace Mina.Backup.Errors;

/// <summary>The error that stands beside a verification that failed.</summary>
internal static class VerificationFailure
{
    /// <summary>The error of the first failed check; null when no check failed.</summary>
    public static IntegrityException? From(BackupVerification verification)
    {
        if (verification.Outcome != CheckOutcome.Failed)
        {
            return null;
        }

        var first = verification.FirstFailure;
        var definition = ErrorCatalog.All.FirstOrDefault(entry => entry.Id == first?.ErrorId) ?? ErrorCatalog.BackupCorrupt;
        var failed = verification.Checks.Count(check => check.Outcome == CheckOutcome.Failed);
        var others = failed > 1 ? $" {failed - 1} more checks failed; the result lists them." : "";
        return new IntegrityException(
            definition,
            $"The backup {verification.Name} failed its verification: {first?.Check}: {first?.Detail}{others}",
            new ErrorContext { Target = verification.Path });
    }

    /// <summary>The error of the first failed check of a base backup; null when no check failed.</summary>
    public static IntegrityException? From(BaseBackupVerification verification)
    {
        if (verification.FirstFailure is not { } first)
        {
            return null;
        }

        var definition = ErrorCatalog.All.FirstOrDefault(entry => entry.Id == first.ErrorId) ?? ErrorCatalog.BackupCorrupt;
        return new IntegrityException(
            definition,
            $"The base backup {verification.Name} failed its verification: {first.Check}: {first.Detail}",
            new ErrorContext { Target = verification.Name });
    }
}
