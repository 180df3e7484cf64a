using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>What there is of one timeline.</summary>
public sealed class WalTimeline
{
    /// <summary>Orders the files of one timeline.</summary>
    public WalTimeline(uint timeline, WalGeometry geometry, IEnumerable<WalFile> files)
    {
        Timeline = timeline;
        var all = files.ToList();
        HasHistory = all.Exists(file => file.Name.Kind == WalFileKind.History);
        Size = all.Sum(file => file.StoredSize);
        Segments = [.. all.Where(file => file.Name.Kind == WalFileKind.Segment && geometry.Fits(file.Name.Segment)).OrderBy(file => file.Name.Segment)];
        Partials = [.. all.Where(file => file.Name.Kind == WalFileKind.Partial && geometry.Fits(file.Name.Segment)).OrderBy(file => file.Name.Segment)];
        (Ranges, Gaps) = Cut(geometry);
    }

    /// <summary>The timeline.</summary>
    public uint Timeline { get; }

    /// <summary>Whether its history file is there.</summary>
    public bool HasHistory { get; }

    /// <summary>Bytes that its files take where they lie.</summary>
    public long Size { get; }

    /// <summary>Complete segments in the log's order.</summary>
    public IReadOnlyList<WalFile> Segments { get; }

    /// <summary>Partial segments in the log's order.</summary>
    public IReadOnlyList<WalFile> Partials { get; }

    /// <summary>Runs of complete segments without a gap, in the log's order.</summary>
    public IReadOnlyList<WalRange> Ranges { get; }

    /// <summary>What is missing between them.</summary>
    public IReadOnlyList<WalGap> Gaps { get; }

    private (List<WalRange> Ranges, List<WalGap> Gaps) Cut(WalGeometry geometry)
    {
        List<WalRange> ranges = [];
        List<WalGap> gaps = [];
        ulong? first = null;
        ulong last = 0;
        foreach (var number in Segments.Select(file => geometry.NumberOf(file.Name.Segment)))
        {
            if (first is { } begin && number != last + 1)
            {
                ranges.Add(Range(begin, last));
                gaps.Add(new WalGap(geometry.NameOf(Timeline, last + 1), geometry.NameOf(Timeline, number - 1), checked((long)(number - last - 1))));
                first = number;
            }

            first ??= number;
            last = number;
        }

        if (first is { } start)
        {
            ranges.Add(Range(start, last));
        }

        return (ranges, gaps);

        WalRange Range(ulong from, ulong to) => new(
            geometry.NameOf(Timeline, from), geometry.NameOf(Timeline, to), geometry.StartOf(from), geometry.EndOf(to), checked((long)(to - from + 1)));
    }
}

/// <summary>Complete segments without a gap.</summary>
/// <param name="First">The first one.</param>
/// <param name="Last">The last one.</param>
/// <param name="Start">First byte of the first one.</param>
/// <param name="End">First byte behind the last one.</param>
/// <param name="Segments">How many there are.</param>
public sealed record WalRange(WalSegmentName First, WalSegmentName Last, Lsn Start, Lsn End, long Segments);

/// <summary>Segments that are missing between others of their timeline.</summary>
/// <param name="FirstMissing">The first missing one.</param>
/// <param name="LastMissing">The last missing one.</param>
/// <param name="Segments">How many are missing.</param>
public sealed record WalGap(WalSegmentName FirstMissing, WalSegmentName LastMissing, long Segments);
