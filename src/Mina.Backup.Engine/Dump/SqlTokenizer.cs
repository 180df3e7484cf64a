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
internal sealed partial class SqlTokenizer
{
    private const int MaximumComment = 1 << 20;
    private const int MaximumWord = 64;

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
}
