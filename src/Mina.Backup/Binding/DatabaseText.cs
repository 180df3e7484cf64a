using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Binding;

/// <summary>Names a database in a question to the operator, without user, password or options.</summary>
internal static class DatabaseText
{
    /// <summary>The database that a connection, or <c>DATABASE_URL</c>, leads to, and its server.</summary>
    /// <param name="connection">Connection URI, libpq's or Npgsql's string; null when none was given.</param>
    /// <param name="target">Name that replaces the connection's database; null when none was given.</param>
    public static string Describe(string? connection, string? target = null)
    {
        try
        {
            var resolved = ConnectionTarget.Resolve(connection, HostEnvironment.Current(), ErrorCatalog.SourceNotGiven);
            return $"database {target ?? resolved.Database} on {resolved.Server}";
        }
        catch (MinaException)
        {
            // The question is asked all the same; the command that follows reports what is wrong with the connection.
            var source = connection is null ? "DATABASE_URL" : "the connection given";
            return target is null ? $"the database of {source}" : $"database {target} on the server of {source}";
        }
    }
}
