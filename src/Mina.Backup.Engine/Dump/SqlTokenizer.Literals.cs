namespace Mina.Backup.Engine.Dump;

// What stands in quotes of any kind.
internal sealed partial class SqlTokenizer
{
    private void BeginQuote(State kind)
    {
        lastOfChunk = 0;
        state = kind;
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
