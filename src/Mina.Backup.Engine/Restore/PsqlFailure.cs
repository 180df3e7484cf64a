using System.Text.RegularExpressions;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>The first error in psql's output, as psql prints it with <c>VERBOSITY=verbose</c>.</summary>
/// <param name="SqlState">Five characters.</param>
/// <param name="Message">The server's message.</param>
/// <param name="Detail">Its detail, if any.</param>
/// <param name="Hint">Its hint, if any.</param>
internal sealed partial record PsqlFailure(string SqlState, string Message, string? Detail, string? Hint)
{
    /// <summary>Finds the first error; null when the output holds none.</summary>
    public static PsqlFailure? Find(string output)
    {
        if (ErrorLine().Match(output) is not { Success: true } error)
        {
            return null;
        }

        var rest = output[(error.Index + error.Length)..];
        if (ErrorLine().Match(rest) is { Success: true } next)
        {
            rest = rest[..next.Index];
        }

        return new PsqlFailure(error.Groups["state"].Value, error.Groups["text"].Value.Trim(), Part(rest, "DETAIL"), Part(rest, "HINT"));
    }

    /// <summary>The same, from what a connection reported.</summary>
    public static PsqlFailure Of(PostgresException problem) => new(problem.SqlState, problem.MessageText, problem.Detail, problem.Hint);

    /// <summary>The failure as an error of this product.</summary>
    public MinaException ToException(string target, Exception? inner = null)
    {
        var context = new ErrorContext { Target = target, SqlState = SqlState, ServerDetail = Detail, ServerHint = Hint };
        return SqlState switch
        {
            PostgresErrorCodes.DiskFull => new ServerException(ErrorCatalog.ServerDiskFull, $"The server ran out of disk space while {target} was loaded: {Message}.", context, inner),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
                new ServerException(ErrorCatalog.ServerConnectionLost, $"The server ended the session that loaded {target}: {Message}.", context, inner),
            PostgresErrorCodes.InsufficientPrivilege => new RestoreException(
                ErrorCatalog.ScriptFailed,
                $"A statement of the backup failed in {target}: {Message}.",
                context with { Action = "Connect as a role with the right named: a member of every role that owns objects of the backup (GRANT owner TO role). Or give -NoOwner, and -NoPrivileges where a GRANT failed." },
                inner),
            _ => new RestoreException(ErrorCatalog.ScriptFailed, $"A statement of the backup failed in {target}: {Message}.", context, inner),
        };
    }

    private static string? Part(string text, string label) =>
        Regex.Match(text, $"^{label}:  (?<text>.*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant) is { Success: true } match
            ? match.Groups["text"].Value.Trim()
            : null;

    [GeneratedRegex(@"^(?:psql:[^\n]*?:\d+: )?(?:ERROR|FATAL|PANIC):  (?<state>[0-9A-Z]{5}): (?<text>[^\n]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorLine();
}
