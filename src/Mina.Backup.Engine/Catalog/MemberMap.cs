using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Finds out again what each gzip member of a file holds, while a scanner reads it block by block: members never cross the edge of a COPY
/// block or section, so a member's last segment tells for all of it.
/// </summary>
internal sealed class MemberMap : IScriptSegments
{
    private readonly List<MemberTag> members = [];
    private SegmentTag last;
    private long rows;

    /// <inheritdoc/>
    public void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag)
    {
        last = tag;
        rows += tag.Kind == SegmentKind.CopyRows ? bytes.Count((byte)'\n') : 0;
    }

    /// <summary>The scanner took the whole of a member.</summary>
    public void EndMember()
    {
        members.Add(new MemberTag((DumpSection)last.Section, last.Run, rows));
        rows = 0;
    }

    /// <summary>Entries of the index.</summary>
    /// <param name="tables">Tables of the index.</param>
    /// <param name="locations">Where each member stands, in file order.</param>
    public IReadOnlyList<IndexMember> Build(IReadOnlyList<IndexTable> tables, IReadOnlyList<MemberLocation> locations) =>
        IndexBuilder.Members(tables, members, locations);
}
