using System.Text.RegularExpressions;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Statements that create roles, changed so that a role without superuser's rights may run them. Only a superuser may name the attributes SUPERUSER, REPLICATION and BYPASSRLS,
/// even to say that a role has them not, which a new role has not anyway; and only a superuser may grant in another's name.
/// </summary>
internal sealed partial class PlainRoles
{
    private readonly List<string> lost = [];

    /// <summary>Changes the statements.</summary>
    /// <param name="definitions">What pg_dumpall wrote of the roles.</param>
    /// <param name="grants">What it wrote of their memberships, and of their privileges on parameters.</param>
    public PlainRoles(IEnumerable<string> definitions, IEnumerable<string> grants)
    {
        Definitions = string.Concat(definitions.Select(text => Attributes().Replace(text, WithoutReserved)));
        Grants = [.. grants.Select(text => Grantor().Replace(text, ""))];
    }

    /// <summary>What makes the roles; runs within a transaction.</summary>
    public string Definitions { get; }

    /// <summary>What is granted to the roles, one statement each: any of them may be refused, as it has to be this role's to grant.</summary>
    public IReadOnlyList<string> Grants { get; }

    /// <summary>What the roles had and do not get.</summary>
    public IEnumerable<string> Notes => lost.Select(what => $"Only a superuser may give this, so it was left out: {what}.");

    private string WithoutReserved(Match match)
    {
        foreach (var attribute in Reserved().Matches(match.Groups["attributes"].Value).Select(found => found.Value.Trim()).Where(found => !found.StartsWith("NO", StringComparison.Ordinal)))
        {
            lost.Add($"{attribute} of the role {match.Groups["role"].Value}");
        }

        return match.Groups["start"].Value + Reserved().Replace(match.Groups["attributes"].Value, "");
    }

    // pg_dumpall writes the attributes in one row behind WITH; what stands behind them, a password or a date, is text in quotes.
    [GeneratedRegex("""(?<start>\bALTER ROLE (?<role>"(?:[^"]|"")*"|[^\s"]+) WITH)(?<attributes>(?: (?:NO)?(?:SUPERUSER|INHERIT|CREATEROLE|CREATEDB|LOGIN|REPLICATION|BYPASSRLS))+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Attributes();

    [GeneratedRegex(" (?:NO)?(?:SUPERUSER|REPLICATION|BYPASSRLS)", RegexOptions.CultureInvariant)]
    private static partial Regex Reserved();

    [GeneratedRegex(""" GRANTED BY (?:"(?:[^"]|"")*"|[^\s";]+)(?=\s*;)""", RegexOptions.CultureInvariant)]
    private static partial Regex Grantor();
}
