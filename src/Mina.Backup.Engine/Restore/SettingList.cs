using System.Text;

namespace Mina.Backup.Engine.Restore;

/// <summary>Reads the value of a setting that is a list of names, such as <c>"$user", public</c>.</summary>
internal static class SettingList
{
    /// <summary>The names without their quotes.</summary>
    public static IReadOnlyList<string> Parse(string value)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        var quoted = false;
        var wasQuoted = false;
        for (var i = 0; i < value.Length; i++)
        {
            var character = value[i];
            if (character == '"' && quoted && i + 1 < value.Length && value[i + 1] == '"')
            {
                name.Append('"');
                i++;
            }
            else if (character == '"')
            {
                quoted = !quoted;
                wasQuoted = true;
            }
            else if (character == ',' && !quoted)
            {
                names.Add(name.ToString());
                name.Clear();
                wasQuoted = false;
            }
            else if (quoted || !char.IsWhiteSpace(character))
            {
                name.Append(character);
            }
        }

        if (name.Length > 0 || wasQuoted)
        {
            names.Add(name.ToString());
        }

        return names;
    }
}
