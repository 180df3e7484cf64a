using System.Buffers;
using System.Text;

namespace Mina.Backup.Engine.Dump;

// Words, numbers, parameters and variables.
internal sealed partial class SqlTokenizer
{
    private static readonly SearchValues<byte> UpperCaseName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);

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
        if (wordCount >= leadingWords.Length && !DefinesRoutine && !innerStatementBegins)
        {
            // Most words of a dump: nothing depends on what they are.
            wordCount++;
            return null;
        }

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

    private bool DefinesRoutine => leadingWords[0] == 'c'
        && (leadingWords[1] is 'f' or 'p' || (leadingWords[1] == 'o' && leadingWords[2] == 'r' && leadingWords[3] is 'f' or 'p'));

    /// <summary>psql's own heuristic for function bodies in SQL: only within CREATE [OR REPLACE] FUNCTION or PROCEDURE do BEGIN and CASE nest.</summary>
    private void TrackBlocks(string text)
    {
        if (wordCount < leadingWords.Length && text is "create" or "function" or "procedure" or "or" or "replace")
        {
            leadingWords[wordCount] = text[0];
        }

        if (!DefinesRoutine || parenthesisDepth > 0)
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
}
