using System.Text;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// One complete statement of a dump, taken apart as far as a restore needs: to tell whom it concerns and whether it is left out.
/// Where a statement ends is decided by <see cref="StatementSplitter"/>.
/// </summary>
public sealed class SqlStatement
{
    private SqlStatement(IReadOnlyList<SqlToken> tokens) => Tokens = tokens;

    /// <summary>Its tokens, comments and the final semicolon left out.</summary>
    public IReadOnlyList<SqlToken> Tokens { get; }

    /// <summary>Takes a statement apart, or only its first tokens; comments may stand before and in it.</summary>
    public static SqlStatement Parse(ReadOnlySpan<byte> statement, int limit = int.MaxValue) => new(new Reader(statement).Read(limit));

    /// <summary>Whether the token is this keyword, given in lower case; never a quoted name.</summary>
    public bool IsWord(int position, string keyword) =>
        position >= 0 && position < Tokens.Count && Tokens[position].Kind == SqlTokenKind.Word && Tokens[position].Value == keyword;

    /// <summary>Whether the first tokens are these keywords, given in lower case.</summary>
    public bool StartsWith(params ReadOnlySpan<string> keywords)
    {
        for (var i = 0; i < keywords.Length; i++)
        {
            if (!IsWord(i, keywords[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>First position of the keyword outside all parentheses, or -1.</summary>
    public int Find(string keyword)
    {
        for (var i = 0; i < Tokens.Count; i++)
        {
            if (Tokens[i].Depth == 0 && IsWord(i, keyword))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The identifier at a position as the catalog keeps it; null when there is none.</summary>
    public string? NameAt(int position) =>
        position >= 0 && position < Tokens.Count && (Tokens[position].Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName)
            ? Tokens[position].Value
            : null;

    /// <summary>The identifiers of a comma-separated list from a position on.</summary>
    public IReadOnlyList<string> NamesFrom(int position)
    {
        var names = new List<string>();
        while (NameAt(position) is { } name)
        {
            names.Add(name);
            if (position + 1 >= Tokens.Count || Tokens[position + 1] is not { Kind: SqlTokenKind.Symbol, Value: "," })
            {
                break;
            }

            position += 2;
        }

        return names;
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private readonly List<SqlToken> tokens = [];
        private int position;
        private int depth;

        public List<SqlToken> Read(int limit)
        {
            while (position < bytes.Length && tokens.Count < limit)
            {
                ReadOne();
            }

            if (tokens is [.., { Kind: SqlTokenKind.Symbol, Value: ";" }])
            {
                tokens.RemoveAt(tokens.Count - 1);
            }

            return tokens;
        }

        private void ReadOne()
        {
            var rest = bytes[position..];
            var first = (char)rest[0];
            if (char.IsWhiteSpace(first) && first < 0x80)
            {
                position++;
            }
            else if (rest.StartsWith("--"u8))
            {
                Skip(rest.IndexOf((byte)'\n'), 1);
            }
            else if (rest.StartsWith("/*"u8))
            {
                SkipBlockComment();
            }
            else if (first == '"')
            {
                Add(SqlTokenKind.QuotedName, Quoted((byte)'"', escapes: false));
            }
            else if (first == '\'')
            {
                Quoted((byte)'\'', escapes: false);
                Add(SqlTokenKind.Text, "");
            }
            else if (IsWordPart(rest[0]) && first != '$')
            {
                ReadWord(rest);
            }
            else if (first == '$' && DollarTag(rest) is { Length: > 0 } tag)
            {
                position += tag.Length;
                Skip(bytes[position..].IndexOf(tag), tag.Length);
                Add(SqlTokenKind.Text, "");
            }
            else
            {
                position++;
                depth = Math.Max(0, depth - (first == ')' ? 1 : 0));
                Add(SqlTokenKind.Symbol, first.ToString());
                depth += first == '(' ? 1 : 0;
            }
        }

        private void ReadWord(ReadOnlySpan<byte> rest)
        {
            var length = 1;
            while (length < rest.Length && IsWordPart(rest[length]))
            {
                length++;
            }

            position += length;
            if (length == 1 && (rest[0] | 0x20) == 'e' && rest.Length > 1 && rest[1] == (byte)'\'')
            {
                Quoted((byte)'\'', escapes: true);
                Add(SqlTokenKind.Text, "");
                return;
            }

            Add(SqlTokenKind.Word, Encoding.UTF8.GetString(rest[..length]).ToLowerInvariant());
        }

        private string Quoted(byte quote, bool escapes)
        {
            var content = new List<byte>();
            for (position++; position < bytes.Length; position++)
            {
                var value = bytes[position];
                if (value == quote && (position + 1 >= bytes.Length || bytes[position + 1] != quote))
                {
                    break;
                }

                if (value == quote || (escapes && value == (byte)'\\' && position + 1 < bytes.Length))
                {
                    position++;
                }

                content.Add(bytes[position]);
            }

            position = Math.Min(position + 1, bytes.Length);
            return Encoding.UTF8.GetString(content.ToArray());
        }

        private void SkipBlockComment()
        {
            var open = 0;
            do
            {
                var rest = bytes[position..];
                var step = rest.StartsWith("/*"u8) ? 1 : rest.StartsWith("*/"u8) ? -1 : 0;
                open += step;
                position += step == 0 ? 1 : 2;
            }
            while (open > 0 && position < bytes.Length);
        }

        private void Skip(int offset, int length) => position = offset < 0 ? bytes.Length : position + offset + length;

        private readonly void Add(SqlTokenKind kind, string value) => tokens.Add(new SqlToken(kind, value, depth, position));

        private static bool IsWordPart(byte value) =>
            char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'$' || value >= 0x80;

        private static ReadOnlySpan<byte> DollarTag(ReadOnlySpan<byte> rest)
        {
            var end = rest[1..].IndexOf((byte)'$') + 1;
            if (end < 1)
            {
                return [];
            }

            foreach (var value in rest[1..end])
            {
                if (!IsWordPart(value))
                {
                    return [];
                }
            }

            return end > 1 && char.IsAsciiDigit((char)rest[1]) ? [] : rest[..(end + 1)];
        }
    }
}
