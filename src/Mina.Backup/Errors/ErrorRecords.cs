using System.Management.Automation;
using Mina.Backup.Model;

namespace Mina.Backup.Errors;

/// <summary>Makes PowerShell error records: the id, category and next step of the product's own failures, kept stable for scripts.</summary>
internal static class ErrorRecords
{
    /// <summary>Describes a failure. What is not one of the product's own is reported as <c>UnexpectedFailure</c>.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="target">The input object concerned; the failure's own target when null.</param>
    public static ErrorRecord From(Exception failure, object? target)
    {
        var known = failure as MinaException ?? new UnexpectedException(
            ErrorCatalog.UnexpectedFailure,
            $"{failure.GetType().Name}: {failure.Message}",
            innerException: failure);
        return new ErrorRecord(known, known.ErrorId, Category(known.Definition.Kind), target ?? known.Target)
        {
            ErrorDetails = new ErrorDetails(Describe(known)) { RecommendedAction = known.RecommendedAction },
        };
    }

    private static string Describe(MinaException failure)
    {
        var lines = new List<string> { failure.Message };
        AddLine(lines, "Server detail", failure.ServerDetail, failure.Message);
        AddLine(lines, "Server hint", failure.ServerHint, failure.Message);
        AddLine(lines, "Log", failure.LogPath, failure.Message);
        return string.Join(Environment.NewLine, lines);
    }

    private static void AddLine(List<string> lines, string label, string? text, string message)
    {
        if (!string.IsNullOrEmpty(text) && !message.Contains(text, StringComparison.Ordinal))
        {
            lines.Add($"{label}: {text}");
        }
    }

    private static ErrorCategory Category(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
        ErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        ErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        ErrorKind.Unavailable => ErrorCategory.ResourceUnavailable,
        ErrorKind.AuthenticationFailed => ErrorCategory.AuthenticationError,
        ErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        ErrorKind.ResourceExhausted => ErrorCategory.QuotaExceeded,
        ErrorKind.InvalidData => ErrorCategory.InvalidData,
        ErrorKind.Refused => ErrorCategory.InvalidOperation,
        ErrorKind.NotSupported => ErrorCategory.NotImplemented,
        _ => ErrorCategory.NotSpecified,
    };
}
