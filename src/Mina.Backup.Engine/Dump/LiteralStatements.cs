using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Recognizes the statements that pg_dump writes to carry content outside COPY blocks: calls of a few built-in functions and INSERT, with nothing
/// but literals in them. What they do is known; any other SELECT may run code that nobody can see from its text.
/// </summary>
internal static partial class LiteralStatements
{
    private const int LongestInsertHead = 1 << 16;
    private const string Name = """(?:[\w$\x80-\xff]+|"(?:[^"]|"")*")""";
    private const string InsertPattern =
        $@"^INSERT\s+INTO\s+{Name}(?:\.{Name})?(?:\s*\({Name}(?:,\s*{Name})*\))?(?:\s+OVERRIDING\s+(?:SYSTEM|USER)\s+VALUE)?\s+(?:VALUES\s|DEFAULT\s+VALUES(?=[\s;]))";

    private static readonly SearchValues<byte> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"u8);

    // What may stand between literals: type names of casts, and pg_dump's --on-conflict-do-nothing.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "null", "true", "false", "default", "smallint", "integer", "bigint", "real", "boolean", "text", "name", "regclass", "on", "conflict", "do", "nothing",
    };

    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "setval", "lo_create", "lo_open", "lowrite", "lo_close", "lo_unlink", "pg_restore_relation_stats", "pg_restore_attribute_stats",
    };

    /// <summary>Whether a SELECT is one of pg_dump's own.</summary>
    public static bool IsPlainSelect(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("SELECT pg_catalog.set_config('search_path', '', false);"u8))
        {
            return true;
        }

        var prefix = text.StartsWith("SELECT pg_catalog."u8) ? "SELECT pg_catalog."u8 : "SELECT * FROM pg_catalog."u8;
        var open = text.IndexOf((byte)'(');
        return text.StartsWith(prefix)
            && open > prefix.Length
            && Functions.Contains(Encoding.Latin1.GetString(text[prefix.Length..open]))
            && HoldsOnlyLiterals(text[open..]);
    }

    /// <summary>Whether an INSERT inserts literals.</summary>
    public static bool IsPlainInsert(ReadOnlySpan<byte> text)
    {
        var head = InsertHead().Match(Encoding.Latin1.GetString(text[..Math.Min(text.Length, LongestInsertHead)]));
        return head.Success && HoldsOnlyLiterals(text[head.Length..]);
    }

    [GeneratedRegex(InsertPattern)]
    private static partial Regex InsertHead();

    private static bool HoldsOnlyLiterals(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var length = text[0] switch
            {
                (byte)'\'' => text[1..].IndexOf((byte)'\'') + 2,
                (byte)'-' when text.StartsWith("--"u8) => 0,
                (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)'(' or (byte)')' or (byte)'[' or (byte)']' or (byte)':' or (byte)';'
                    or (byte)'+' or (byte)'-' or (byte)'.' or (>= (byte)'0' and <= (byte)'9') => 1,
                _ => WordLength(text),
            };
            if (length <= 1 && text[0] == '\'' || length == 0)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExcept(Letters);
        var word = end < 0 ? text : text[..end];
        var bits = word.Length == 1 && (word[0] | 0x20) is 'b' or 'x' && text.Length > 1 && text[1] == '\'';
        // 1e+20: a quote behind it would make it the beginning of an escape string.
        var exponent = word.Length == 1 && (word[0] | 0x20) == 'e' && text.Length > 1 && text[1] is (byte)'+' or (byte)'-' or (>= (byte)'0' and <= (byte)'9');
        return bits || exponent || Words.Contains(Encoding.Latin1.GetString(word)) ? word.Length : 0;
    }
}
