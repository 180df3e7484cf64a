using System.Text.RegularExpressions;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>A schema and a name within it.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Name">The name.</param>
internal sealed partial record SqlName(string Schema, string Name)
{
    /// <summary>As SQL takes it, always quoted.</summary>
    public string Sql => SqlText.Qualified(Schema, Name);

    /// <summary>As an operator reads it: quoted where it must be.</summary>
    public override string ToString() => $"{Quote(Schema)}.{Quote(Name)}";

    /// <summary>A name quoted where it must be.</summary>
    public static string Quote(string name) => Plain().IsMatch(name) ? name : SqlText.Identifier(name);

    /// <summary>Reads <c>name</c>, <c>schema.name</c> or either with quoted parts; the schema is null when it was not given.</summary>
    public static (string? Schema, string Name) Parse(string text)
    {
        var parts = Part().Matches(text).Select(match => match.Groups[1].Success ? match.Groups[1].Value.Replace("\"\"", "\"", StringComparison.Ordinal) : match.Groups[2].Value).ToList();
        return parts.Count == 2 ? (parts[0], parts[1]) : (null, parts.Count == 1 ? parts[0] : text);
    }

    [GeneratedRegex("^[a-z_][a-z0-9_$]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("\\G(?:\"((?:[^\"]|\"\")+)\"|([^\".]+))(?:\\.|\\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
