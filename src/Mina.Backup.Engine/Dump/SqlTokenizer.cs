using System.Buffers;
using System.Text;

namespace Mina.Backup.Engine.Dump;

/// <summary>What <see cref="SqlTokenizer.Next"/> stopped at.</summary>
internal enum SqlEvent
{
    /// <summary>The chunk is used up; the state carries over to the next one.</summary>
    EndOfChunk,

    /// <summary>The position is at the first byte of a statement, or behind it where it is a dash or a slash.</summary>
    StatementBegins,

    /// <summary>The statement's first word is complete, in lower case in <see cref="SqlTokenizer.FirstWord"/>.</summary>
    FirstWord,

    /// <summary>The position is behind a statement's semicolon.</summary>
    StatementEnds,

    /// <summary>A line comment ended; its text is in <see cref="SqlTokenizer.Comment"/>. The position is at its newline.</summary>
    CommentEnds,

    /// <summary>The position is at a backslash outside quotes and comments, where psql reads a meta-command.</summary>
    Backslash,

    /// <summary>Text that versions of psql split differently, or that psql may replace; <see cref="SqlTokenizer.Ambiguity"/> says which.</summary>
    Ambiguous,

    /// <summary>
    /// A string that another string syntax or client encoding would end elsewhere: a backslash before a quote, or, in an escape string,
    /// behind a byte that may be half of a character.
    /// </summary>
    DoubtfulBackslash,
}

/// <summary>
/// Splits SQL into statements by the same lexical rules as psql 13 to 18 (src/fe_utils/psqlscan.l): quotes, escape strings, dollar quotes,
/// nested comments, parentheses, and the BEGIN ... END blocks of SQL-standard function bodies. Works on chunks cut anywhere.
/// Where these versions disagree, or psql's own variables come into play, it says <see cref="SqlEvent.Ambiguous"/>: pg_dump writes
/// no such text. Assumes <c>standard_conforming_strings = on</c>; <see cref="HazardRules"/> reports scripts that change it.
/// </summary>
internal sealed class SqlTokenizer
{
    private const int MaximumComment = 1 << 20;
    private const int MaximumWord = 64;

    private static readonly SearchValues<byte> UpperCaseName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);

    private readonly List<byte> comment = [];
    private readonly List<byte> tag = [];
    private readonly byte[] word = new byte[MaximumWord];
    private readonly char[] leadingWords = new char[4];
    private State state;
    private int wordLength;
    private int wordCount;
    private int tagMatched;
    private int blockDepth;
    private int parenthesisDepth;
    private int bracketDepth;
    private int beginDepth;
    private byte variableQuote;
    private byte lastOfChunk;
    private bool escapeStringJustEnded;
    private bool innerStatementBegins;
    private bool dashInStatement;

    private enum State
    {
        Plain,
        Word,
        UnicodePrefix,
        Number,
        Exponent,
        ExponentSign,
        ExponentDigits,
        Parameter,
        Colon,
        Variable,
        QuotedVariable,
        Dash,
        Slash,
        LineComment,
        BlockComment,
        BlockCommentStar,
        BlockCommentSlash,
        Quote,
        EscapeQuote,
        EscapeQuoteBackslash,
        EscapeQuoteEnd,
        DoubleQuote,
        DollarTag,
        DollarBody,
    }

    /// <summary>Whether a statement has begun and not ended.</summary>
    public bool InStatement { get; private set; }

    /// <summary>Whether nothing is open: no statement, quote or block comment.</summary>
    public bool IsIdle => !InStatement && state is State.Plain or State.LineComment;

    /// <summary>Whether the statement at hand begins with a dash or a slash, which no statement that a server takes does.</summary>
    public bool BeginsWithOperator { get; private set; }

    /// <summary>First word of the statement at hand, lower case.</summary>
    public string FirstWord { get; private set; } = "";

    /// <summary>What <see cref="SqlEvent.Ambiguous"/> found.</summary>
    public string Ambiguity { get; private set; } = "";

    /// <summary>Text of the line comment that just ended, with its dashes, without the newline.</summary>
    public ReadOnlySpan<byte> Comment => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(comment);

    /// <summary>Reads on from <paramref name="position"/> to the next event.</summary>
    public SqlEvent Next(ReadOnlySpan<byte> chunk, ref int position)
    {
        while (position < chunk.Length)
        {
            var found = state switch
            {
                State.Plain => StepPlain(chunk, ref position),
                State.Word => StepWord(chunk, ref position),
                State.UnicodePrefix => StepUnicodePrefix(chunk, ref position),
                State.Number or State.Exponent or State.ExponentSign or State.ExponentDigits => StepNumber(chunk, ref position),
                State.Parameter => StepParameter(chunk, ref position),
                State.Colon => StepColon(chunk, ref position),
                State.Variable or State.QuotedVariable => StepVariable(chunk, ref position),
                State.Dash => StepDash(chunk, ref position),
                State.Slash => StepSlash(chunk, ref position),
                State.LineComment => StepLineComment(chunk, ref position),
                State.BlockComment or State.BlockCommentStar or State.BlockCommentSlash => StepBlockComment(chunk, ref position),
                State.Quote => StepQuote(chunk, ref position),
                State.DoubleQuote => StepDoubleQuote(chunk, ref position),
                State.EscapeQuote => StepEscapeQuote(chunk, ref position),
                State.EscapeQuoteBackslash => StepEscapeQuoteBackslash(chunk, ref position),
                State.EscapeQuoteEnd => StepEscapeQuoteEnd(chunk, ref position),
                State.DollarTag => StepDollarTag(chunk, ref position),
                _ => StepDollarBody(chunk, ref position),
            };
            if (found is { } sqlEvent)
            {
                return sqlEvent;
            }
        }

        return SqlEvent.EndOfChunk;
    }

    // Without the vertical tab, which is white space to servers and psql from 16 on only.
    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f';

    private static bool IsWordStart(byte value) => char.IsAsciiLetter((char)value) || value == '_' || value >= 0x80;

    private static bool IsDigit(byte value) => char.IsAsciiDigit((char)value);

    private static bool IsVariablePart(byte value) => IsWordStart(value) || IsDigit(value);

    private static bool IsWordPart(byte value) => IsWordStart(value) || char.IsAsciiDigit((char)value) || value == '$';

    private SqlEvent? StepPlain(ReadOnlySpan<byte> chunk, ref int position)
    {
        var value = chunk[position];
        if (IsSpace(value))
        {
            position++;
            return null;
        }

        if (value is (byte)'-' or (byte)'/')
        {
            // Whether it begins a statement shows with the next byte.
            state = value == '-' ? State.Dash : State.Slash;
            dashInStatement = InStatement;
            position++;
            return null;
        }

        if (value == '\\')
        {
            return SqlEvent.Backslash;
        }

        if (!InStatement && value != ';')
        {
            Begin();
            return SqlEvent.StatementBegins;
        }

        return StepToken(value, ref position);
    }

    private SqlEvent? StepToken(byte value, ref int position)
    {
        var afterEscapeString = escapeStringJustEnded;
        escapeStringJustEnded = false;
        if (IsWordStart(value))
        {
            wordLength = 0;
            state = State.Word;
            return null;
        }

        innerStatementBegins = false;
        position++;
        switch (value)
        {
            case (byte)'\'':
                BeginQuote(State.Quote);
                // psql joins the two only where it sees both in one line, and then reads the second as an escape string, too.
                return afterEscapeString ? Doubt("a string behind an escape string") : null;
            case (byte)'"':
                state = State.DoubleQuote;
                return null;
            case >= (byte)'0' and <= (byte)'9':
                state = State.Number;
                return null;
            case (byte)'$':
                tag.Clear();
                state = State.DollarTag;
                return null;
            case (byte)':':
                state = State.Colon;
                return null;
            case (byte)';' when parenthesisDepth == 0 && beginDepth == 0:
                InStatement = false;
                return SqlEvent.StatementEnds;
            case (byte)';':
                innerStatementBegins = true;
                return null;
            default:
                TrackDepth(value);
                return null;
        }
    }

    private void TrackDepth(byte value)
    {
        switch (value)
        {
            case (byte)'(':
                parenthesisDepth++;
                break;
            case (byte)')':
                parenthesisDepth = Math.Max(0, parenthesisDepth - 1);
                break;
            case (byte)'[':
                bracketDepth++;
                break;
            case (byte)']':
                bracketDepth = Math.Max(0, bracketDepth - 1);
                break;
        }
    }

    private SqlEvent Doubt(string what)
    {
        Ambiguity = what;
        return SqlEvent.Ambiguous;
    }

    private void BeginQuote(State kind)
    {
        lastOfChunk = 0;
        state = kind;
    }

    private void Begin()
    {
        InStatement = true;
        BeginsWithOperator = false;
        FirstWord = "";
        wordCount = 0;
        parenthesisDepth = 0;
        bracketDepth = 0;
        beginDepth = 0;
        escapeStringJustEnded = false;
        innerStatementBegins = false;
        Array.Clear(leadingWords);
    }

    private SqlEvent? StepWord(ReadOnlySpan<byte> chunk, ref int position)
    {
        while (position < chunk.Length && IsWordPart(chunk[position]))
        {
            if (wordLength < MaximumWord)
            {
                word[wordLength] = chunk[position];
            }

            wordLength++;
            position++;
        }

        if (position == chunk.Length)
        {
            return null;
        }

        // Prefixes of strings are no words, which matters to TrackBlocks.
        var letter = wordLength == 1 ? word[0] | 0x20 : 0;
        if (chunk[position] == '\'' && letter is 'e' or 'b' or 'x' or 'n')
        {
            position++;
            BeginQuote(letter == 'e' ? State.EscapeQuote : State.Quote);
            return null;
        }

        if (chunk[position] == '&' && letter == 'u')
        {
            position++;
            state = State.UnicodePrefix;
            return null;
        }

        state = State.Plain;
        return EndWord();
    }

    private SqlEvent? StepUnicodePrefix(ReadOnlySpan<byte> chunk, ref int position)
    {
        switch (chunk[position])
        {
            case (byte)'\'':
                position++;
                BeginQuote(State.Quote);
                return null;
            case (byte)'"':
                position++;
                state = State.DoubleQuote;
                return null;
            default:
                state = State.Plain;
                return EndWord();
        }
    }

    private SqlEvent? EndWord()
    {
        var text = wordLength <= MaximumWord ? Encoding.Latin1.GetString(word, 0, wordLength).ToLowerInvariant() : "";
        TrackBlocks(text);
        if (wordCount++ == 0)
        {
            FirstWord = text;
            return SqlEvent.FirstWord;
        }

        var begins = innerStatementBegins;
        innerStatementBegins = false;
        return begins && text == "copy" ? Doubt("COPY within a statement") : null;
    }

    /// <summary>
    /// What follows a number directly belongs to it in psql 15 and later, and begins a word, a string or a comment before. The exponent
    /// of a real number is the one thing that pg_dump writes there.
    /// </summary>
    private SqlEvent? StepNumber(ReadOnlySpan<byte> chunk, ref int position)
    {
        var value = chunk[position];
        var exponent = state is State.Exponent or State.ExponentSign;
        if (IsDigit(value))
        {
            state = exponent ? State.ExponentDigits : state;
        }
        else if (value == '.' && !exponent)
        {
            state = State.Number;
        }
        else if (state == State.Number && (value | 0x20) == 'e')
        {
            state = State.Exponent;
        }
        else if (state == State.Exponent && value is (byte)'+' or (byte)'-')
        {
            state = State.ExponentSign;
        }
        else
        {
            state = State.Plain;
            return exponent || IsWordPart(value) ? Doubt("a number that runs into other text") : null;
        }

        position++;
        return null;
    }

    private SqlEvent? StepParameter(ReadOnlySpan<byte> chunk, ref int position)
    {
        if (IsDigit(chunk[position]))
        {
            position++;
            return null;
        }

        state = State.Plain;
        return IsWordPart(chunk[position]) ? Doubt("a parameter that runs into other text") : null;
    }

    private SqlEvent? StepColon(ReadOnlySpan<byte> chunk, ref int position)
    {
        var value = chunk[position];
        wordLength = 0;
        state = State.Plain;
        if (IsVariablePart(value))
        {
            state = State.Variable;
        }
        else if (value is (byte)'\'' or (byte)'"')
        {
            variableQuote = value;
            state = State.QuotedVariable;
            position++;
        }
        else if (value == ':')
        {
            position++;
        }
        else if (value == '{')
        {
            return Doubt("a variable of psql");
        }

        return null;
    }

    /// <summary>Reads <c>:name</c>, <c>:'name'</c> or <c>:"name"</c>, which psql takes as one token even where it knows no such variable.</summary>
    private SqlEvent? StepVariable(ReadOnlySpan<byte> chunk, ref int position)
    {
        var value = chunk[position];
        if (IsVariablePart(value))
        {
            if (wordLength < MaximumWord)
            {
                word[wordLength++] = value;
            }

            position++;
            return null;
        }

        var quoted = state == State.QuotedVariable;
        if (!quoted)
        {
            state = State.Plain;
        }
        else if (variableQuote == '"')
        {
            state = State.DoubleQuote;
        }
        else
        {
            BeginQuote(State.Quote);
        }

        return (!quoted || (wordLength > 0 && value == variableQuote)) && (bracketDepth == 0 || IsNameOfPsql(word.AsSpan(0, wordLength)))
            ? Doubt("a variable of psql")
            : null;
    }

    /// <summary>
    /// Views with array slices hold <c>[1:n]</c>, which psql leaves alone as no variable has that name. Its own are upper case and have four
    /// letters at least: HOST, PORT, USER, LAST_ERROR_MESSAGE.
    /// </summary>
    private static bool IsNameOfPsql(ReadOnlySpan<byte> name) =>
        name.Length >= 4 && !name.ContainsAnyExcept(UpperCaseName) && name.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>psql's own heuristic for function bodies in SQL: only within CREATE [OR REPLACE] FUNCTION or PROCEDURE do BEGIN and CASE nest.</summary>
    private void TrackBlocks(string text)
    {
        if (wordCount < leadingWords.Length && text is "create" or "function" or "procedure" or "or" or "replace")
        {
            leadingWords[wordCount] = text[0];
        }

        var definesRoutine = leadingWords[0] == 'c'
            && (leadingWords[1] is 'f' or 'p' || (leadingWords[1] == 'o' && leadingWords[2] == 'r' && leadingWords[3] is 'f' or 'p'));
        if (!definesRoutine || parenthesisDepth > 0)
        {
            return;
        }

        if (text == "begin" || (text == "case" && beginDepth > 0))
        {
            beginDepth++;
        }
        else if (text == "end" && beginDepth > 0)
        {
            beginDepth--;
        }
    }

    private SqlEvent? StepDash(ReadOnlySpan<byte> chunk, ref int position)
    {
        if (chunk[position] == '-')
        {
            comment.Clear();
            comment.Add((byte)'-');
            state = State.LineComment;
            return null;
        }

        return ReturnToPlain();
    }

    private SqlEvent? StepSlash(ReadOnlySpan<byte> chunk, ref int position)
    {
        if (chunk[position] == '*')
        {
            position++;
            blockDepth = 1;
            state = State.BlockComment;
            return null;
        }

        return ReturnToPlain();
    }

    private SqlEvent? ReturnToPlain()
    {
        state = State.Plain;
        escapeStringJustEnded = false;
        if (dashInStatement)
        {
            return null;
        }

        Begin();
        BeginsWithOperator = true;
        return SqlEvent.StatementBegins;
    }

    private SqlEvent? StepLineComment(ReadOnlySpan<byte> chunk, ref int position)
    {
        var rest = chunk[position..];
        var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
        var part = end < 0 ? rest : rest[..end];
        if (comment.Count + part.Length <= MaximumComment)
        {
            comment.AddRange(part);
        }

        position += part.Length;
        if (end < 0)
        {
            return null;
        }

        state = State.Plain;
        return SqlEvent.CommentEnds;
    }

    private SqlEvent? StepBlockComment(ReadOnlySpan<byte> chunk, ref int position)
    {
        var value = chunk[position++];
        switch (state)
        {
            case State.BlockCommentStar when value == '/':
                blockDepth--;
                state = blockDepth == 0 ? State.Plain : State.BlockComment;
                break;
            case State.BlockCommentSlash when value == '*':
                blockDepth++;
                state = State.BlockComment;
                break;
            default:
                state = value switch
                {
                    (byte)'*' => State.BlockCommentStar,
                    (byte)'/' => State.BlockCommentSlash,
                    _ => State.BlockComment,
                };
                break;
        }

        return null;
    }

    private SqlEvent? StepQuote(ReadOnlySpan<byte> chunk, ref int position)
    {
        var rest = chunk[position..];
        var end = rest.IndexOf((byte)'\'');
        if (end < 0)
        {
            lastOfChunk = rest[^1];
            position = chunk.Length;
            return null;
        }

        // A doubled delimiter closes and opens again, which comes to the same.
        var before = end == 0 ? lastOfChunk : rest[end - 1];
        position += end + 1;
        state = State.Plain;
        return before == '\\' ? SqlEvent.DoubtfulBackslash : null;
    }

    private SqlEvent? StepDoubleQuote(ReadOnlySpan<byte> chunk, ref int position)
    {
        var end = chunk[position..].IndexOf((byte)'"');
        state = end < 0 ? state : State.Plain;
        position = end < 0 ? chunk.Length : position + end + 1;
        return null;
    }

    private SqlEvent? StepEscapeQuote(ReadOnlySpan<byte> chunk, ref int position)
    {
        var rest = chunk[position..];
        var end = rest.IndexOfAny((byte)'\'', (byte)'\\');
        if (end < 0)
        {
            lastOfChunk = rest[^1];
            position = chunk.Length;
            return null;
        }

        var before = end == 0 ? lastOfChunk : rest[end - 1];
        lastOfChunk = 0;
        position += end + 1;
        state = rest[end] == '\'' ? State.EscapeQuoteEnd : State.EscapeQuoteBackslash;
        return state == State.EscapeQuoteBackslash && before >= 0x80 ? SqlEvent.DoubtfulBackslash : null;
    }

    private SqlEvent? StepEscapeQuoteBackslash(ReadOnlySpan<byte> chunk, ref int position)
    {
        lastOfChunk = chunk[position++];
        state = State.EscapeQuote;
        return null;
    }

    private SqlEvent? StepEscapeQuoteEnd(ReadOnlySpan<byte> chunk, ref int position)
    {
        if (chunk[position] == '\'')
        {
            position++;
            state = State.EscapeQuote;
            return null;
        }

        escapeStringJustEnded = true;
        state = State.Plain;
        return null;
    }

    private SqlEvent? StepDollarTag(ReadOnlySpan<byte> chunk, ref int position)
    {
        var value = chunk[position];
        if (value == '$')
        {
            position++;
            tagMatched = 0;
            state = State.DollarBody;
            return null;
        }

        if (tag.Count == 0 && IsDigit(value))
        {
            state = State.Parameter;
            return null;
        }

        var belongs = tag.Count == 0 ? IsWordStart(value) : IsVariablePart(value);
        if (belongs)
        {
            tag.Add(value);
            position++;
            return null;
        }

        state = State.Plain;
        return Doubt("a dollar sign that begins no string");
    }

    private SqlEvent? StepDollarBody(ReadOnlySpan<byte> chunk, ref int position)
    {
        if (tagMatched == 0)
        {
            var next = chunk[position..].IndexOf((byte)'$');
            if (next < 0)
            {
                position = chunk.Length;
                return null;
            }

            position += next + 1;
            tagMatched = 1;
            return null;
        }

        var value = chunk[position++];
        var expected = tagMatched <= tag.Count ? tag[tagMatched - 1] : (byte)'$';
        if (value != expected)
        {
            tagMatched = value == '$' ? 1 : 0;
            return null;
        }

        if (tagMatched++ > tag.Count)
        {
            state = State.Plain;
        }

        return null;
    }
}
