namespace Mina.Backup.Engine.Dump;

/// <summary>What a stretch of a dump's bytes is.</summary>
public enum SegmentKind
{
    /// <summary>SQL and comments outside COPY blocks.</summary>
    Sql,

    /// <summary>A COPY statement with its newline.</summary>
    CopyHeader,

    /// <summary>Rows; every newline in it ends one row. A row may go on in the next segment.</summary>
    CopyRows,

    /// <summary>The <c>\.</c> line that ends a COPY block.</summary>
    CopyEnd,

    /// <summary>A <c>\restrict</c> or <c>\unrestrict</c> line with its newline.</summary>
    Restrict,
}

/// <summary>What a segment is and where it belongs.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Section">Section of the file, from 0: the number of dump headers seen so far less one. It settles within a section's first comment, so a block's section is that of its last segment.</param>
/// <param name="Run">The COPY block it belongs to; null outside.</param>
public readonly record struct SegmentTag(SegmentKind Kind, int Section, CopyRun? Run);

/// <summary>Receives a dump's bytes in order, each exactly once, with what they are. The span is valid during the call only.</summary>
public interface IScriptSegments
{
    /// <summary>Takes one segment; never empty.</summary>
    void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag);
}
