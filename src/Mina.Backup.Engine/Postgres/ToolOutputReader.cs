using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Recognizes known failures in what pg_dump, pg_dumpall and psql write to standard error.</summary>
internal static class ToolOutputReader
{
    // In order: the more particular texts first.
    private static readonly (string Text, ErrorDefinition Definition)[] Known =
    [
        ("unsupported startup parameter", ErrorCatalog.PoolerNotSupported),
        ("query would be affected by row-level security policy", ErrorCatalog.RowSecurityHidesRows),
        ("permission denied", ErrorCatalog.PermissionDenied),
        ("must be superuser", ErrorCatalog.PermissionDenied),
        ("must be owner of", ErrorCatalog.PermissionDenied),
        ("server version mismatch", ErrorCatalog.ToolTooOld),
        ("password authentication failed", ErrorCatalog.AuthenticationFailed),
        ("no password supplied", ErrorCatalog.AuthenticationFailed),
        ("no pg_hba.conf entry", ErrorCatalog.AuthenticationFailed),
        ("No space left on device", ErrorCatalog.ServerDiskFull),
        ("terminating connection", ErrorCatalog.ServerConnectionLost),
        ("server closed the connection unexpectedly", ErrorCatalog.ServerConnectionLost),
        ("could not receive data from server", ErrorCatalog.ServerConnectionLost),
        ("connection to server was lost", ErrorCatalog.ServerConnectionLost),
        ("no connection to the server", ErrorCatalog.ServerConnectionLost),
        ("the database system is", ErrorCatalog.ServerConnectionLost),
        ("too many clients", ErrorCatalog.ServerUnreachable),
        ("remaining connection slots", ErrorCatalog.ServerUnreachable),
        ("Connection refused", ErrorCatalog.ServerUnreachable),
        ("could not translate host name", ErrorCatalog.ServerUnreachable),
    ];

    /// <summary>The first failure that is known, with the line that tells of it.</summary>
    public static (ErrorDefinition Definition, string Message)? Find(string stderr)
    {
        foreach (var (text, definition) in Known)
        {
            var at = stderr.IndexOf(text, StringComparison.Ordinal);
            if (at >= 0)
            {
                return (definition, LineAt(stderr, at));
            }
        }

        return null;
    }

    /// <summary>The most telling line: the first error, else the last line.</summary>
    public static string Summary(string stderr)
    {
        var lines = stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.Contains("error:", StringComparison.OrdinalIgnoreCase))
            ?? lines.LastOrDefault()
            ?? "it wrote no message";
    }

    private static string LineAt(string text, int at)
    {
        var start = text.LastIndexOf('\n', at) + 1;
        var end = text.IndexOf('\n', at);
        return (end < 0 ? text[start..] : text[start..end]).Trim();
    }
}
