using System.Buffers;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Restore;

/// <summary>Takes one complete statement with the comments and white space before it.</summary>
internal delegate void StatementHandler(ReadOnlySpan<byte> text);

/// <summary>
/// Cuts SQL that holds no COPY rows into statements, by the lexical rules of psql that <see cref="SqlTokenizer"/> knows.
/// The pieces are the whole input, every byte once, in order; bytes arrive in portions cut anywhere.
/// </summary>
internal sealed class StatementSplitter
{
    private readonly StatementHandler handler;
    private readonly SqlTokenizer tokenizer = new();
    private readonly ArrayBufferWriter<byte> pending = new(4096);

    public StatementSplitter(StatementHandler handler) => this.handler = handler;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        var kept = 0;
        while (position < bytes.Length)
        {
            var found = tokenizer.Next(bytes, ref position);
            if (found == SqlEvent.Backslash)
            {
                // Refused before anything runs; here it only must not stop the loop.
                position++;
            }
            else if (found == SqlEvent.StatementEnds)
            {
                pending.Write(bytes[kept..position]);
                kept = position;
                Flush();
            }
        }

        pending.Write(bytes[kept..]);
    }

    /// <summary>Hands over what stands behind the last statement: white space and comments, before COPY rows or at the end.</summary>
    public void Flush()
    {
        if (pending.WrittenCount > 0)
        {
            handler(pending.WrittenSpan);
            pending.ResetWrittenCount();
        }
    }
}
