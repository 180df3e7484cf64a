using Mina.Backup.Engine.Container;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Cuts a dump into blocks, one per member: at most <see cref="BlockSize"/> bytes, at a line's end where there is one, never across the
/// edge of a COPY block or section, so that every member can be loaded on its own terms.
/// </summary>
public sealed class BlockCutter : IScriptSegments, IDisposable
{
    /// <summary>Largest plain length of a member in bytes.</summary>
    public const int BlockSize = 1 << 20;

    private readonly Queue<(PlainBlock Block, MemberTag Tag)> ready = new();
    private PlainBlock? block;
    private CopyRun? run;
    private long rows;

    /// <summary>Section of the bytes that come next.</summary>
    public DumpSection Section { get; private set; }

    /// <inheritdoc/>
    public void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag)
    {
        if (tag.Run != run)
        {
            Flush();
            run = tag.Run;
        }

        while (!bytes.IsEmpty)
        {
            block ??= PlainBlock.Rent(BlockSize);
            var part = bytes[..Math.Min(bytes.Length, BlockSize - block.Length)];
            part.CopyTo(block.Buffer.AsSpan(block.Length));
            block.Length += part.Length;
            rows += tag.Kind == SegmentKind.CopyRows ? part.Count((byte)'\n') : 0;
            bytes = bytes[part.Length..];
            if (block.Length == BlockSize)
            {
                CutAtLineEnd();
            }
        }
    }

    /// <summary>Ends the section; what was not cut yet becomes its last block.</summary>
    public void BeginSection(DumpSection section)
    {
        Flush();
        Section = section;
    }

    /// <summary>Ends the last block.</summary>
    public void Flush()
    {
        if (block is { Length: > 0 } last)
        {
            block = null;
            Enqueue(last);
        }
    }

    /// <summary>Takes the next finished block; the caller disposes it.</summary>
    public bool TryTake(out PlainBlock taken, out MemberTag tag)
    {
        var found = ready.TryDequeue(out var next);
        (taken, tag) = next;
        return found;
    }

    /// <summary>Returns buffers of blocks that nobody took.</summary>
    public void Dispose()
    {
        block?.Dispose();
        block = null;
        while (ready.TryDequeue(out var next))
        {
            next.Block.Dispose();
        }
    }

    private void CutAtLineEnd()
    {
        var full = block!;
        var end = full.Span.LastIndexOf((byte)'\n') + 1;
        block = null;
        if (end > 0 && end < full.Length)
        {
            block = PlainBlock.Rent(BlockSize);
            full.Span[end..].CopyTo(block.Buffer);
            block.Length = full.Length - end;
            full.Length = end;
        }

        Enqueue(full);
    }

    private void Enqueue(PlainBlock finished)
    {
        ready.Enqueue((finished, new MemberTag(Section, run, rows)));
        rows = 0;
    }
}
