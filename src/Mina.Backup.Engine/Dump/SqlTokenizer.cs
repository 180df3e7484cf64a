using System.Text;

namespace Mina.Backup.Engine.Dump;

/// <summary>What <see cref="SqlTokenizer.Next"/> stopped at.</summary>
internal enum SqlEvent
{
    /// <summary>The chunk is used up; the state carries over to the next one.</summary>
    EndOfChunk,

    /// <summary>The position is at the first byte of a statement.</summary>
    StatementBegins,

    /// <summary>The statement's first word is complete, in lower case in <see cref="SqlTokenizer.FirstWord"/>.</summary>
    FirstWord,

    /// <summary>The position is behind a statement's semicolon.</summary>
    StatementEnds,

    /// <summary>A line comment ended; its text is in <see cref="SqlTokenizer.Comment"/>. The position is at its newline.</summary>
    CommentEnds,

    /// <summary>The position is at a backslash outside quotes and comments, where psql reads a meta-command.</summary>
    Backslash,

    /// <summary>An escape string is followed by another string; readers disagree about where the second one ends.</summary>
    AmbiguousLiteral,
}

/// <summary>
/// Splits SQL into statements by the same lexical rules as psql 15 to 18 (src/fe_utils/psqlscan.l): quotes, escape strings, dollar quotes,
/// nested comments, parentheses, and the BEGIN ... END blocks of SQL-standard function bodies. Works on chunks cut anywhere.
/// Assumes <c>standard_conforming_strings = on</c>; <see cref="ScriptScanner"/> reports scripts that change it.
/// </summary>
internal sealed class SqlTokenizer
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
    private int beginDepth;
    private bool escapeStringJustEnded;
    private bool dashInStatement;

    private enum State
    {
        Plain,
        Word,
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

    /// <summary>First word of the statement at hand, lower case.</summary>
    public string FirstWord { get; private set; } = "";

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
                State.Dash => StepDash(chunk, ref position),
                State.Slash => StepSlash(chunk, ref position),
                State.LineComment => StepLineComment(chunk, ref position),
                State.BlockComment or State.BlockCommentStar or State.BlockCommentSlash => StepBlockComment(chunk, ref position),
                State.Quote => SkipTo(chunk, ref position, (byte)'\''),
                State.DoubleQuote => SkipTo(chunk, ref position, (byte)'"'),
                State.EscapeQuote => StepEscapeQuote(chunk, ref position),
                State.EscapeQuoteBackslash => StepEscapeQuoteBackslash(ref position),
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

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v';

    private static bool IsWordStart(byte value) => char.IsAsciiLetter((char)value) || value == '_' || value >= 0x80;

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
        if (IsWordPart(value) && value != '$')
        {
            // Digits start a word too, so that an E behind a number is no escape string, as in psql.
            wordLength = 0;
            state = State.Word;
            return null;
        }

        position++;
        switch (value)
        {
            case (byte)'\'':
                state = State.Quote;
                return afterEscapeString ? SqlEvent.AmbiguousLiteral : null;
            case (byte)'"':
                state = State.DoubleQuote;
                return null;
            case (byte)'$':
                tag.Clear();
                state = State.DollarTag;
                return null;
            case (byte)'(':
                parenthesisDepth++;
                return null;
            case (byte)')':
                parenthesisDepth = Math.Max(0, parenthesisDepth - 1);
                return null;
            case (byte)';' when InStatement && parenthesisDepth == 0 && beginDepth == 0:
                InStatement = false;
                return SqlEvent.StatementEnds;
            default:
                return null;
        }
    }

    private void Begin()
    {
        InStatement = true;
        FirstWord = "";
        wordCount = 0;
        parenthesisDepth = 0;
        beginDepth = 0;
        escapeStringJustEnded = false;
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

        state = State.Plain;
        if (chunk[position] == '\'' && wordLength == 1 && word[0] is (byte)'e' or (byte)'E')
        {
            if (chunk[position] == '\'')
            {
                position++;
                state = State.EscapeQuote;
                return null;
            }
        }

        return EndWord();
    }

    private SqlEvent? EndWord()
    {
        var text = wordLength <= MaximumWord ? Encoding.Latin1.GetString(word, 0, wordLength).ToLowerInvariant() : "";
        if (char.IsAsciiDigit((char)word[0]))
        {
            return null;
        }

        TrackBlocks(text);
        if (wordCount++ == 0)
        {
            FirstWord = text;
            return SqlEvent.FirstWord;
        }

        return null;
    }

    /// <summary>psql's own heuristic for function bodies in SQL: only within CREATE [OR REPLACE] FUNCTION or PROCEDURE do BEGIN and CASE nest.</summary>
    private void TrackBlocks(string text)
    {
        if (wordCount < leadingWords.Length && text is "create" or "function" or "procedure" or "or" or "replace")
        {
            if (wordCount < leadingWords.Length)
            {
                leadingWords[wordCount] = text[0];
            }
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
        return SqlEvent.StatementBegins;
    }

    private SqlEvent? StepLineComment(ReadOnlySpan<byte> chunk, ref int position)
    {
        var rest = chunk[position..];
        var end = rest.IndexOf((byte)'\n');
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

    private SqlEvent? SkipTo(ReadOnlySpan<byte> chunk, ref int position, byte delimiter)
    {
        var end = chunk[position..].IndexOf(delimiter);
        if (end < 0)
        {
            position = chunk.Length;
            return null;
        }

        // A doubled delimiter closes and opens again, which comes to the same.
        position += end + 1;
        state = State.Plain;
        return null;
    }

    private SqlEvent? StepEscapeQuote(ReadOnlySpan<byte> chunk, ref int position)
    {
        var end = chunk[position..].IndexOfAny((byte)'\'', (byte)'\\');
        if (end < 0)
        {
            position = chunk.Length;
            return null;
        }

        state = chunk[position + end] == '\'' ? State.EscapeQuoteEnd : State.EscapeQuoteBackslash;
        position += end + 1;
        return null;
    }

    private SqlEvent? StepEscapeQuoteBackslash(ref int position)
    {
        position++;
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

        var belongs = tag.Count == 0 ? IsWordStart(value) : IsWordStart(value) || char.IsAsciiDigit((char)value);
        if (belongs)
        {
            tag.Add(value);
            position++;
            return null;
        }

        // Not a dollar quote after all: the dollar stood alone and what was read of the tag is an ordinary word.
        state = State.Plain;
        if (tag.Count > 0)
        {
            wordLength = Math.Min(tag.Count, MaximumWord);
            tag.CopyTo(0, word, 0, wordLength);
            state = State.Word;
        }

        return null;
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
