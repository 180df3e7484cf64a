using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>How far an archive reaches without a gap on its newest timeline, kept up to date by what is published.</summary>
internal sealed class ArchivedPosition
{
    private readonly Lock gate = new();
    private readonly SortedSet<ulong> ahead = [];
    private WalGeometry? geometry;
    private uint timeline;
    private ulong? next;
    private Lsn partial;

    /// <summary>First place that the archive does not have; null while it has nothing.</summary>
    public Lsn? End
    {
        get
        {
            lock (gate)
            {
                return geometry is null || next is not { } number ? partial == Lsn.Zero ? null : partial : Max(geometry.StartOf(number), partial);
            }
        }
    }

    /// <summary>Starts from what an archive holds.</summary>
    public void Reset(WalGeometry segments, IEnumerable<WalFile> stored)
    {
        lock (gate)
        {
            geometry = segments;
            foreach (var file in stored.Where(file => file.Name.Kind == WalFileKind.Segment).OrderBy(file => file.Name.Segment))
            {
                // Of an archive with gaps only what lies behind the last one counts: what is published goes on there.
                Advance(file.Name.Segment.Timeline, segments.NumberOf(file.Name.Segment), jump: true);
            }
        }
    }

    /// <summary>Takes note of a segment that the archive has now.</summary>
    public void Add(WalGeometry segments, WalSegmentName segment)
    {
        lock (gate)
        {
            geometry = segments;
            Advance(segment.Timeline, segments.NumberOf(segment), jump: false);
        }
    }

    /// <summary>Takes note of how far the archive's copy of the running segment reaches.</summary>
    public void AddPartial(WalGeometry segments, WalSegmentName segment, Lsn end)
    {
        lock (gate)
        {
            var number = segments.NumberOf(segment);
            if (segment.Timeline >= timeline && (next is null || segment.Timeline > timeline || number == next))
            {
                partial = Max(partial, end);
            }
        }
    }

    private static Lsn Max(Lsn left, Lsn right) => left > right ? left : right;

    private void Advance(uint newTimeline, ulong number, bool jump)
    {
        if (newTimeline < timeline)
        {
            return;
        }

        if (newTimeline > timeline || next is null)
        {
            timeline = newTimeline;
            next = number;
            ahead.Clear();
        }

        if (jump && number > next)
        {
            next = number;
        }

        ahead.Add(number);
        while (next is { } expected && ahead.Remove(expected))
        {
            next = expected + 1;
        }

        ahead.RemoveWhere(other => other < next);
    }
}
