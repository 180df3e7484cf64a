using System.Text;
using System.Text.RegularExpressions;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Tells the statements that a plain pg_dump writes from all others. A dump of one database says nothing of other databases, roles,
/// tablespaces or the server, opens no transaction but around large objects, and calls code at the top level through a few built-in
/// functions only. What a function or view of the dump does when the database uses it cannot be seen from here.
/// </summary>
internal sealed partial class StatementRules
{
    private const int MaximumFound = 100;
    private const int MaximumHead = 4096;
    private const int MaximumText = 200;

    private readonly List<ScriptHazard> found = [];
    private bool inTransaction;
    private ScriptHazard? rowsBehindTrailer;

    /// <summary>Statements that pg_dump does not write, at most 100.</summary>
    public IReadOnlyList<ScriptHazard> Found => found;

    /// <summary>Judges a statement.</summary>
    /// <param name="text">All of it, or its beginning when it is too long to keep.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <param name="isBehindTrailer">Whether the dump said before that it is complete.</param>
    /// <param name="position">Where it ends.</param>
    public void Observe(ReadOnlySpan<byte> text, bool isWhole, bool isBehindTrailer, ScriptPosition position)
    {
        var head = Encoding.Latin1.GetString(text[..Math.Min(text.Length, MaximumHead)]);
        if (isBehindTrailer)
        {
            if (FirstWord().Match(head).Value != "COPY")
            {
                Report(ScriptHazardKind.BehindTrailer, position, head);
                return;
            }

            // Large tables of a backup of ours stand between two sections; behind the last one nothing may.
            rowsBehindTrailer ??= Hazard(ScriptHazardKind.BehindTrailer, position, head);
        }

        if (!IsKnown(FirstWord().Match(head).Value.ToUpperInvariant(), WithoutNames(head), text, isWhole))
        {
            Report(CreatesDatabase().IsMatch(head) ? ScriptHazardKind.WholeDatabase : ScriptHazardKind.ForeignStatement, position, head);
        }
        else if (UnconditionalDrop().IsMatch(head))
        {
            Report(ScriptHazardKind.UnconditionalDrop, position, head);
        }
    }

    /// <summary>Another section begins: what stood before it was not the end.</summary>
    public void BeginSection() => rowsBehindTrailer = null;

    /// <summary>The script has ended.</summary>
    public void Complete()
    {
        if (rowsBehindTrailer is { } rows && found.Count < MaximumFound)
        {
            found.Add(rows);
        }
    }

    [GeneratedRegex("^[A-Za-z]+")]
    private static partial Regex FirstWord();

    [GeneratedRegex("\"(?:[^\"]|\"\")*\"")]
    private static partial Regex QuotedName();

    // What belongs to the server rather than to one database. Words as pg_dump writes them: a single blank between, no comment.
    [GeneratedRegex(@"^(?:CREATE|ALTER|DROP) (?!(?:DATABASE|ROLE|GROUP|TABLESPACE|SYSTEM|OWNED)\b|USER (?!MAPPING\b))[A-Z]+\b", RegexOptions.IgnoreCase)]
    private static partial Regex OfOneDatabase();

    [GeneratedRegex(@"^CREATE SUBSCRIPTION\b(?!.*\bconnect = false\b)|^ALTER SUBSCRIPTION \S+ (?!OWNER TO\b)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex ConnectingSubscription();

    // Memberships of roles have no ON.
    [GeneratedRegex(@"^(?:GRANT|REVOKE)\s[^;']*?\sON (?!DATABASE\b|TABLESPACE\b|PARAMETER\b)", RegexOptions.IgnoreCase)]
    private static partial Regex PrivilegeOnObject();

    [GeneratedRegex(@"^(?:COMMENT|SECURITY LABEL(?: FOR \S+)?) ON (?!ROLE\b|TABLESPACE\b)[A-Z]+\b", RegexOptions.IgnoreCase)]
    private static partial Regex CommentOnObject();

    [GeneratedRegex(@"^(?:(?:CREATE|ALTER|DROP) DATABASE|(?:GRANT|REVOKE)\s[^;']*?\sON DATABASE)\b", RegexOptions.IgnoreCase)]
    private static partial Regex CreatesDatabase();

    [GeneratedRegex(@"^DROP (?:[A-Z]+ ){1,4}(?<!IF EXISTS )(?!IF EXISTS\b)(?=[a-z_""\P{IsBasicLatin}(])")]
    private static partial Regex UnconditionalDrop();

    // Large objects that --clean --if-exists removes.
    [GeneratedRegex(@"^SELECT pg_catalog\.lo_unlink\(oid\) FROM pg_catalog\.pg_largeobject_metadata WHERE oid = '\d+';$")]
    private static partial Regex ConditionalUnlink();

    private static string WithoutNames(string text) => QuotedName().Replace(text, "x");

    private bool IsKnown(string firstWord, string sql, ReadOnlySpan<byte> text, bool isWhole)
    {
        switch (firstWord)
        {
            case "BEGIN":
                return text.SequenceEqual("BEGIN;"u8) && !inTransaction && (inTransaction = true);
            case "COMMIT":
                var open = inTransaction;
                inTransaction = false;
                return open && text.SequenceEqual("COMMIT;"u8);
            case "SELECT":
                return isWhole && (LiteralStatements.IsPlainSelect(text) || ConditionalUnlink().IsMatch(sql));
            case "":
                return text.SequenceEqual(";"u8) && !inTransaction;
            case "SET" or "RESET" or "INSERT" or "COPY":
                return !inTransaction && (firstWord != "INSERT" || !isWhole || LiteralStatements.IsPlainInsert(text));
            default:
                return !inTransaction && firstWord switch
                {
                    "CREATE" or "ALTER" or "DROP" => OfOneDatabase().IsMatch(sql) && !ConnectingSubscription().IsMatch(sql),
                    "GRANT" or "REVOKE" => PrivilegeOnObject().IsMatch(sql),
                    "COMMENT" or "SECURITY" => CommentOnObject().IsMatch(sql),
                    "REFRESH" => sql.StartsWith("REFRESH MATERIALIZED VIEW ", StringComparison.OrdinalIgnoreCase),
                    _ => false,
                };
        }
    }

    private void Report(ScriptHazardKind kind, ScriptPosition position, string text)
    {
        if (found.Count < MaximumFound)
        {
            found.Add(Hazard(kind, position, text));
        }
    }

    private static ScriptHazard Hazard(ScriptHazardKind kind, ScriptPosition position, string text) =>
        new(kind, position.Line, position.Offset, text.Length > MaximumText ? text[..MaximumText] : text);
}
