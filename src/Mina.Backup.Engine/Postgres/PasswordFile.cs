using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// libpq's password file, <c>~/.pgpass</c>: lines of <c>host:port:database:user:password</c>, each field may be <c>*</c>.
/// See https://www.postgresql.org/docs/current/libpq-pgpass.html.
/// </summary>
internal sealed class PasswordFile(HostEnvironment env, string? path)
{
    /// <summary>The password of the first line that fits; null when there is none, when others may read the file, or when it cannot be read.</summary>
    public string? Find(ConnectionTarget target)
    {
        var file = path ?? DefaultPath();
        try
        {
            return File.Exists(file) && !IsOpenToOthers(file) ? Find(file, target) : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // libpq goes on without it, too; where a password is needed, the server says so.
            return null;
        }
    }

    private static string? Find(string file, ConnectionTarget target)
    {
        var host = target.IsSocket && target.Host is "/var/run/postgresql" or "/tmp" ? "localhost" : target.Host;
        string[] wanted = [host, target.Port.ToString(CultureInfo.InvariantCulture), target.Database, target.Username];
        foreach (var line in File.ReadLines(file))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var fields = Split(line);
            if (fields.Count == 5 && Fits(fields, wanted))
            {
                return fields[4];
            }
        }

        return null;
    }

    private static bool Fits(List<string> fields, string[] wanted)
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            if (fields[i] != "*" && fields[i] != wanted[i])
            {
                return false;
            }
        }

        return true;
    }

    private static List<string> Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length)
            {
                field.Append(line[++i]);
            }
            else if (line[i] == ':' && fields.Count < 4)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }

    private static bool IsOpenToOthers(string file) =>
        !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0;

    private string DefaultPath() => OperatingSystem.IsWindows()
        ? Path.Combine(env.Variable("APPDATA") ?? env.HomeDirectory, "postgresql", "pgpass.conf")
        : Path.Combine(env.HomeDirectory, ".pgpass");
}
