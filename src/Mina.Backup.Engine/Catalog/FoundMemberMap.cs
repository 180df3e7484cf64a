using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>The map of a file that tells its members apart: they never cross the edge of a COPY block or section, so a member's last segment tells for all of it.</summary>
internal sealed class FoundMemberMap : MemberMap
{
    private readonly List<MemberTag> members = [];
    private SegmentTag last;
    private long rows;

    /// <inheritdoc/>
    public override void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag)
    {
        last = tag;
        rows += tag.Kind == SegmentKind.CopyRows ? bytes.Count((byte)'\n') : 0;
    }

    /// <inheritdoc/>
    public override void EndMember()
    {
        members.Add(new MemberTag((DumpSection)last.Section, last.Run, rows));
        rows = 0;
    }

    /// <inheritdoc/>
    public override bool IsComplete(IReadOnlyList<MemberLocation> found) => found.Count > 0 && found.Count == members.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<IndexMember> Build(IReadOnlyList<IndexTable> tables, IReadOnlyList<MemberLocation> found) =>
        IndexBuilder.Members(tables, members, found);
}
