using System.Text;
using System.Text.RegularExpressions;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Judges what a script does to the way in which it is read: how backslashes in strings count and which encoding its bytes are in. Finding
/// meta-commands rests on both. What a function does that the script calls cannot be seen from outside; behind such a call, strings are
/// accepted only where either way of reading them comes to the same. pg_dump calls none at the top level.
/// </summary>
internal sealed partial class HazardRules
{
    private const int MaximumHazards = 100;
    private const int MaximumText = 200;

    private readonly List<ScriptHazard> hazards = [];

    // Until the script says so itself, the server's default holds, which may be another one. psql looks once a line.
    private long standardStringsFromLine = long.MaxValue;

    /// <summary>What was found so far, at most 100.</summary>
    public IReadOnlyList<ScriptHazard> Found => hazards;

    /// <summary>The encoding that the script has chosen, PostgreSQL's name; null before it has.</summary>
    public string? ClientEncoding { get; private set; }

    /// <summary>Notes a hazard.</summary>
    public void Report(ScriptHazardKind kind, ScriptPosition position, string text)
    {
        if (hazards.Count < MaximumHazards)
        {
            var shown = text.Trim();
            hazards.Add(new ScriptHazard(kind, position.Line, position.Offset, shown.Length > MaximumText ? shown[..MaximumText] : shown));
        }
    }

    /// <summary>Judges a string whose end depends on the string syntax or the encoding.</summary>
    /// <param name="statementLine">Line in which its statement begins.</param>
    /// <param name="position">Where the string ends.</param>
    public void ObserveDoubtfulBackslash(long statementLine, ScriptPosition position)
    {
        if (statementLine < standardStringsFromLine)
        {
            Report(ScriptHazardKind.StringSyntax, position, "a backslash before a quote where the script may have changed what it means");
        }
    }

    /// <summary>Judges a complete statement.</summary>
    /// <param name="firstWord">Its first word, lower case.</param>
    /// <param name="text">All of it; empty when it is too long to keep.</param>
    /// <param name="position">Where it ends.</param>
    public void ObserveStatement(string firstWord, ReadOnlySpan<byte> text, ScriptPosition position)
    {
        switch (firstWord)
        {
            case "set" or "reset" when text.IsEmpty:
                Report(ScriptHazardKind.StringSyntax, position, $"a statement {firstWord.ToUpperInvariant()} that is too long to judge");
                break;
            case "set":
                ObserveSet(Encoding.Latin1.GetString(text), position);
                break;
            case "reset":
                ObserveReset(Encoding.Latin1.GetString(text), position);
                break;
            case "select" when !LiteralStatements.IsPlainSelect(text):
            case "insert" when !LiteralStatements.IsPlainInsert(text):
            case "call" or "declare" or "delete" or "discard" or "do" or "execute" or "explain" or "fetch" or "merge" or "prepare" or "table" or "update" or "values" or "with":
                ObserveCode(firstWord, text, position);
                break;
        }
    }

    [GeneratedRegex(@"^SET\s+(?<scope>SESSION\s+|LOCAL\s+)?(?:(?<name>[a-z_][a-z0-9_.]*)(?:\s*=\s*|\s+TO\s+)|(?<name>NAMES)\b\s*)(?<value>.*?)\s*;$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Setting();

    // Forms of SET that concern neither.
    [GeneratedRegex(@"^SET\s+(?:(?:SESSION|LOCAL)\s+)?(?:ROLE|CONSTRAINTS|TRANSACTION|AUTHORIZATION|CHARACTERISTICS|TIME\s+ZONE|XML\s+OPTION)\b", RegexOptions.IgnoreCase)]
    private static partial Regex OtherSet();

    [GeneratedRegex(@"^RESET\s+(?:ROLE|SESSION\s+AUTHORIZATION|(?<name>[a-z_][a-z0-9_.]*))\s*;$", RegexOptions.IgnoreCase)]
    private static partial Regex Resetting();

    [GeneratedRegex("^'?([A-Za-z0-9_]+)'?$")]
    private static partial Regex EncodingName();

    [GeneratedRegex("sjis|shift_?jis|big5|gbk|uhc|gb18030|johab|win932|win936|win949|win950|mskanji|windows9", RegexOptions.IgnoreCase)]
    private static partial Regex UnsafeEncoding();

    private void ObserveSet(string sql, ScriptPosition position)
    {
        if (Setting().Match(sql) is not { Success: true } setting)
        {
            if (!OtherSet().IsMatch(sql))
            {
                Report(ScriptHazardKind.StringSyntax, position, sql);
            }

            return;
        }

        var value = setting.Groups["value"].Value;
        switch (setting.Groups["name"].Value.ToLowerInvariant())
        {
            case "standard_conforming_strings" when setting.Groups["scope"].Length == 0 && value.Equals("on", StringComparison.OrdinalIgnoreCase):
                standardStringsFromLine = Math.Min(standardStringsFromLine, position.Line + 1);
                break;
            case "standard_conforming_strings":
                Report(ScriptHazardKind.StringSyntax, position, sql);
                break;
            case "client_encoding" or "names":
                ObserveEncoding(value, sql, position);
                break;
        }
    }

    private void ObserveEncoding(string value, string sql, ScriptPosition position)
    {
        // PostgreSQL ignores all but letters and digits in a name: 's-jis' is SJIS, too.
        if (EncodingName().Match(value) is not { Success: true } name || UnsafeEncoding().IsMatch(value.Replace("_", "", StringComparison.Ordinal)))
        {
            Report(ScriptHazardKind.UnsafeEncoding, position, sql);
            return;
        }

        ClientEncoding = name.Groups[1].Value;
    }

    private void ObserveReset(string sql, ScriptPosition position)
    {
        if (Resetting().Match(sql) is not { Success: true } reset)
        {
            Report(ScriptHazardKind.StringSyntax, position, sql);
        }
        else if (reset.Groups["name"].Value.ToLowerInvariant() is "standard_conforming_strings" or "client_encoding")
        {
            Report(ScriptHazardKind.StringSyntax, position, sql);
        }
        else if (reset.Groups["name"].Value.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            standardStringsFromLine = long.MaxValue;
        }
    }

    private void ObserveCode(string firstWord, ReadOnlySpan<byte> text, ScriptPosition position)
    {
        standardStringsFromLine = long.MaxValue;
        if (firstWord is not ("insert" or "update" or "delete" or "merge") && (text.IndexOf("standard_conforming"u8) >= 0 || text.IndexOf("client_encoding"u8) >= 0))
        {
            Report(ScriptHazardKind.StringSyntax, position, Encoding.Latin1.GetString(text));
        }
    }
}
