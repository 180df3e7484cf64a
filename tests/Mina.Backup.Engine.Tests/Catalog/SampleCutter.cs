using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Tests.Catalog;

/// <summary>Cuts a dump into small members that never cross the edge of a COPY block.</summary>
internal sealed class SampleCutter : IScriptSegments
{
    private const int Size = 16 << 10;
    private readonly List<byte> current = [];
    private CopyRun? run;
    private long rows;

    public DumpSection Section { get; set; }

    public List<(byte[] Bytes, DumpSection Section, CopyRun? Run, long Rows)> Blocks { get; } = [];

    public void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag)
    {
        if (tag.Run != run)
        {
            Flush();
            run = tag.Run;
        }

        foreach (var value in bytes)
        {
            current.Add(value);
            rows += tag.Kind == SegmentKind.CopyRows && value == '\n' ? 1 : 0;
            if (value == '\n' && current.Count >= Size)
            {
                Flush();
            }
        }
    }

    public void Flush()
    {
        if (current.Count > 0)
        {
            Blocks.Add((current.ToArray(), Section, run, rows));
            current.Clear();
            rows = 0;
        }
    }

    public static PlainBlock ToBlock(ReadOnlySpan<byte> bytes)
    {
        var block = PlainBlock.Rent(bytes.Length);
        bytes.CopyTo(block.Buffer);
        block.Length = bytes.Length;
        return block;
    }
}
