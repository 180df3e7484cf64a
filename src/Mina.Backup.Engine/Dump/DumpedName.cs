using System.Text;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Qualified names in one form. pg_dump quotes by its own version's keywords and the server by the server's, so that the same table may be
/// written in two ways.
/// </summary>
internal static class DumpedName
{
    /// <summary>The name with every part in quotes.</summary>
    public static string Normalize(string name) => string.Join('.', Parts(name).Select(SqlText.Identifier));

    /// <summary>Schema, if any, and name, without quotes.</summary>
    public static (string? Schema, string Name) Split(string name) => Parts(name) switch
    {
        [var only] => (null, only),
        [.., var schema, var last] => (schema, last),
        _ => (null, name),
    };

    private static List<string> Parts(string name)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '"')
            {
                if (quoted && i + 1 < name.Length && name[i + 1] == '"')
                {
                    part.Append('"');
                    i++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (name[i] == '.' && !quoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(name[i]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }
}
