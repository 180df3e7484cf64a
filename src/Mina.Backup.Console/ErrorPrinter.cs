using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace Mina.Backup.Console;

/// <summary>Writes an error for people: what failed, what to do next, its id and the line of the script.</summary>
internal static class ErrorPrinter
{
    /// <summary>The lines for one error, without a line end at the end.</summary>
    public static string Describe(ErrorRecord error)
    {
        var text = new StringBuilder();
        var command = error.InvocationInfo?.MyCommand?.Name is { Length: > 0 } name && !name.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)
            ? name
            : "mina";
        var message = (error.ErrorDetails?.Message ?? error.Exception.Message).TrimEnd();
        text.Append(CultureInfo.InvariantCulture, $"{command}: {message}");
        if (RecommendedAction(error) is { Length: > 0 } action)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  Do this: {action}");
        }

        if (Property(error.Exception, "LogPath") is { Length: > 0 } log && !message.Contains(log, StringComparison.Ordinal))
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  Log: {log}");
        }

        // A thrown string is its own id.
        if (!string.Equals(error.FullyQualifiedErrorId, message, StringComparison.Ordinal))
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  Error id: {error.FullyQualifiedErrorId}");
        }

        if (error.InvocationInfo is { ScriptName.Length: > 0 } at)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  At: {at.ScriptName}:{at.ScriptLineNumber}");
        }

        return text.ToString();
    }

    private static string? RecommendedAction(ErrorRecord error)
    {
        if (error.ErrorDetails?.RecommendedAction is { Length: > 0 } action)
        {
            return action;
        }

        // The engine asks for mandatory parameters; where nobody answers, it names them in the message only.
        return error.FullyQualifiedErrorId.StartsWith("MissingMandatoryParameter", StringComparison.Ordinal)
            ? "Give the missing parameter by its name: nobody is there to be asked."
            : Property(error.Exception, "RecommendedAction");
    }

    // The module's exceptions carry it themselves; the console does not know their types.
    private static string? Property(Exception? exception, string name)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (PSObject.AsPSObject(current).Properties[name]?.Value is string { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }
}
