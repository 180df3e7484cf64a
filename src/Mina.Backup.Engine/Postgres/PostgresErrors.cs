using System.Net.Sockets;
using System.Security.Authentication;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Puts what a server, a network or a client program reported into the product's own errors.</summary>
public static class PostgresErrors
{
    /// <summary>Translates a failure to connect.</summary>
    public static MinaException TranslateConnect(Exception e, ConnectionTarget target)
    {
        var context = new ErrorContext { Target = target.ToString() };
        return e switch
        {
            MinaException known => known,
            PostgresException server => FromServer(server, $"connecting to {target}", target.ToString()),
            _ when Find<AuthenticationException>(e) is { } tls =>
                new ServerException(ErrorCatalog.TlsRequired, $"No TLS connection to {target.Server} could be made: {tls.Message}", context, e),
            NpgsqlException { InnerException: null } when e.Message.Contains("SSL", StringComparison.Ordinal) =>
                new ServerException(ErrorCatalog.TlsRequired, $"No TLS connection to {target.Server} could be made: {e.Message}", context, e),
            NpgsqlException { InnerException: null } when e.Message.Contains("No password has been provided", StringComparison.Ordinal) =>
                new ServerException(ErrorCatalog.AuthenticationFailed, $"{target.Server} asks for a password of {target.Username}, and none was given.", context, e),
            _ => new ServerException(ErrorCatalog.ServerUnreachable, $"{target.Server} did not answer: {Innermost(e).Message}", context, e),
        };
    }

    /// <summary>Whether a failure came from a server or the way to it, and not from a file or pipe of this machine.</summary>
    public static bool IsServers(Exception e) => e is NpgsqlException or SocketException or IOException { InnerException: SocketException };

    /// <summary>Translates a failure during work on an open session.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="doing">What was being done, as in "reading the catalog".</param>
    /// <param name="target">The object concerned.</param>
    public static MinaException Translate(Exception e, string doing, string target)
    {
        switch (e)
        {
            case MinaException known:
                return known;
            case PostgresException server:
                return FromServer(server, doing, target);
            case NpgsqlException { InnerException: PostgresException inner }:
                return FromServer(inner, doing, target);
            case Exception when e is TimeoutException || IsServers(e):
                return new ServerException(
                    ErrorCatalog.ServerConnectionLost,
                    $"The connection to the server was lost while {doing}: {Innermost(e).Message}",
                    new ErrorContext { Target = target },
                    e);
            default:
                return new UnexpectedException(ErrorCatalog.UnexpectedFailure, $"{e.GetType().Name} while {doing}: {e.Message}", new ErrorContext { Target = target }, e);
        }
    }

    /// <summary>
    /// Finds the error that a client program's standard error stands for; null when it says nothing that is known.
    /// The program's words are those of its C locale; a server that speaks another language yields <c>ToolFailed</c> at the caller.
    /// </summary>
    /// <param name="program">Name of the program.</param>
    /// <param name="stderr">What it wrote.</param>
    /// <param name="target">The object concerned.</param>
    public static MinaException? FromToolOutput(string program, string stderr, string target) =>
        ToolOutputReader.Find(stderr) is { } found
            ? new ServerException(found.Definition, $"{program}: {found.Message}", new ErrorContext { Target = target })
            : null;

    private static ServerException FromServer(PostgresException e, string doing, string target)
    {
        var definition = Classify(e.SqlState, e.MessageText);
        var context = new ErrorContext
        {
            Target = target,
            SqlState = e.SqlState,
            ServerDetail = e.Detail,
            ServerHint = e.Hint,
            Action = e.SqlState == PostgresErrorCodes.TooManyConnections
                ? "The server has no connection left: end some, or raise max_connections."
                : null,
        };
        return new ServerException(definition, $"The server reported while {doing}: {e.MessageText}", context, e);
    }

    private static ErrorDefinition Classify(string sqlState, string message) => sqlState switch
    {
        "28P01" or "28000" => ErrorCatalog.AuthenticationFailed,
        "3D000" => ErrorCatalog.DatabaseNotFound,
        "42501" when message.Contains("row-level security", StringComparison.Ordinal) => ErrorCatalog.RowSecurityHidesRows,
        "42501" => ErrorCatalog.PermissionDenied,
        "53100" => ErrorCatalog.ServerDiskFull,
        "53300" or "57P03" => ErrorCatalog.ServerUnreachable,
        "57P01" or "57P02" or "57P05" => ErrorCatalog.ServerConnectionLost,
        // pgbouncer refuses startup options that it does not know, which no server does in these words.
        "08P01" when message.Contains("unsupported startup parameter", StringComparison.Ordinal) => ErrorCatalog.PoolerNotSupported,
        _ when sqlState.StartsWith("08", StringComparison.Ordinal) => ErrorCatalog.ServerConnectionLost,
        _ => ErrorCatalog.ServerStatementFailed,
    };

    private static T? Find<T>(Exception? e)
        where T : Exception
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is T wanted)
            {
                return wanted;
            }
        }

        return null;
    }

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);
}
