using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>The map of a file that does not tell its members apart, as nothing of it is compressed: it is cut again by the rules of a backup.</summary>
internal sealed class PieceMap : MemberMap
{
    private readonly BlockCutter cutter = new();
    private readonly List<MemberTag> tags = [];
    private readonly List<MemberLocation> pieces = [];
    private long length;

    /// <inheritdoc/>
    public override void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag)
    {
        if (cutter.Section != (DumpSection)tag.Section)
        {
            cutter.BeginSection((DumpSection)tag.Section);
        }

        cutter.OnSegment(bytes, tag);
        Take();
    }

    /// <inheritdoc/>
    public override void EndMember()
    {
        // The reader's blocks are cut by length alone.
    }

    /// <inheritdoc/>
    public override bool IsComplete(IReadOnlyList<MemberLocation> found) => true;

    /// <inheritdoc/>
    public override IReadOnlyList<IndexMember> Build(IReadOnlyList<IndexTable> tables, IReadOnlyList<MemberLocation> found)
    {
        cutter.Flush();
        Take();
        return IndexBuilder.Members(tables, tags, pieces);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        cutter.Dispose();
        base.Dispose();
    }

    private void Take()
    {
        while (cutter.TryTake(out var block, out var tag))
        {
            using (block)
            {
                tags.Add(tag);
                pieces.Add(new MemberLocation(length, block.Length, block.Length, MemberCodec.HashOf(block.Span)));
                length += block.Length;
            }
        }
    }
}
