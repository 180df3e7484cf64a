namespace Mina.Backup.Binding;

/// <summary>Names a database in a question to the operator, without user, password or options.</summary>
internal static class DatabaseText
{
    private const string Variable = "DATABASE_URL";

    /// <summary>The database that a connection, or <c>DATABASE_URL</c>, leads to.</summary>
    /// <param name="connection">Connection URI or Npgsql string; null when none was given.</param>
    /// <param name="target">Name that replaces the connection's database; null when none was given.</param>
    public static string Describe(string? connection, string? target = null)
    {
        var text = connection ?? Environment.GetEnvironmentVariable(Variable);
        var source = connection is null ? Variable : "the connection given";
        if (text is not null && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0)
        {
            var database = target ?? Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
            return uri.IsDefaultPort || uri.Port < 0 ? $"database {database} on {uri.Host}" : $"database {database} on {uri.Host}:{uri.Port}";
        }

        return target is null ? $"the database of {source}" : $"database {target} on the server of {source}";
    }
}
