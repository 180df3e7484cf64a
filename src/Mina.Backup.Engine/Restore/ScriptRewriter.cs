using System.Buffers;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Makes what psql is given out of what a dump holds: pg_dump's own <c>\restrict</c> lines go, as the session runs under a key of
/// this run that nothing in the file can know, and statements that the filter drops go. Everything else stays as it is.
/// </summary>
internal sealed class ScriptRewriter : IScriptSegments
{
    private readonly ScriptFilter filter;
    private readonly StatementSplitter splitter;
    private readonly ScriptScanner scanner;
    private readonly ArrayBufferWriter<byte> output = new(1 << 16);

    public ScriptRewriter(ScriptFilter filter)
    {
        this.filter = filter;
        splitter = new StatementSplitter(OnStatement);
        scanner = new ScriptScanner(this);
    }

    /// <summary>What is ready for psql; cleared by <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Output => output.WrittenMemory;

    /// <summary>Takes the next bytes of the dump. <c>HostileScript</c> as soon as something in it must not reach psql.</summary>
    /// <param name="bytes">Bytes, cut anywhere.</param>
    /// <param name="source">File that they come from.</param>
    public void Append(ReadOnlySpan<byte> bytes, string source)
    {
        scanner.Append(bytes);
        ThrowIfHostile(source);
    }

    /// <summary>Forgets the output, which was written.</summary>
    public void Clear() => output.ResetWrittenCount();

    /// <summary>Says that there are no more bytes. <c>HostileScript</c> when something in it must not reach psql.</summary>
    public ScriptSummary Complete(string source)
    {
        var summary = scanner.Complete();
        splitter.Flush();
        ThrowIfHostile(source);
        return summary;
    }

    /// <inheritdoc/>
    public void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag)
    {
        switch (tag.Kind)
        {
            case SegmentKind.Restrict:
                break;
            case SegmentKind.Sql when !filter.KeepsAll:
                splitter.Append(bytes);
                break;
            default:
                splitter.Flush();
                output.Write(bytes);
                break;
        }
    }

    private void ThrowIfHostile(string source)
    {
        if (scanner.Hazards is [var hazard, ..])
        {
            throw new IntegrityException(
                ErrorCatalog.HostileScript,
                $"{source} holds in line {hazard.Line} what must not reach psql: {hazard.Text}",
                new ErrorContext { Target = source });
        }
    }

    private void OnStatement(ReadOnlySpan<byte> text)
    {
        if (filter.Keeps(text))
        {
            output.Write(text);
        }
    }
}
