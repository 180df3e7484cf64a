using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>How a cluster cuts its log into segments. initdb decides it; 16 MiB unless told otherwise.</summary>
public sealed record WalGeometry
{
    private const long Smallest = 1L << 20;
    private const long Greatest = 1L << 30;

    /// <summary>Creates the geometry of a cluster.</summary>
    /// <param name="segmentSize">Bytes of a segment: a power of two from 1 MiB to 1 GiB.</param>
    public WalGeometry(long segmentSize)
    {
        if (!IsSegmentSize(segmentSize))
        {
            throw new ArgumentOutOfRangeException(nameof(segmentSize), segmentSize, "A segment's size is a power of two from 1 MiB to 1 GiB.");
        }

        SegmentSize = segmentSize;
    }

    /// <summary>Bytes of a segment.</summary>
    public long SegmentSize { get; }

    /// <summary>Segments in each 4 GiB of log: how far the last part of a segment's name counts.</summary>
    public ulong SegmentsPerFile => 0x1_0000_0000UL / (ulong)SegmentSize;

    /// <summary>Whether a cluster can have segments of that size.</summary>
    public static bool IsSegmentSize(long size) => size is >= Smallest and <= Greatest && long.IsPow2(size);

    /// <summary>Number of the segment that holds the byte at a place.</summary>
    public ulong NumberAt(Lsn lsn) => lsn.Value / (ulong)SegmentSize;

    /// <summary>First byte of a segment.</summary>
    public Lsn StartOf(ulong number) => new(number * (ulong)SegmentSize);

    /// <summary>First byte behind a segment.</summary>
    public Lsn EndOf(ulong number) => StartOf(number + 1);

    /// <summary>First byte of a segment.</summary>
    public Lsn StartOf(WalSegmentName name) => StartOf(NumberOf(name));

    /// <summary>First byte behind a segment.</summary>
    public Lsn EndOf(WalSegmentName name) => EndOf(NumberOf(name));

    /// <summary>Number of a segment, counted from the log's beginning, the same on every timeline.</summary>
    public ulong NumberOf(WalSegmentName name) => (name.High * SegmentsPerFile) + name.Low;

    /// <summary>Name of a segment on a timeline.</summary>
    public WalSegmentName NameOf(uint timeline, ulong number) =>
        new(timeline, checked((uint)(number / SegmentsPerFile)), (uint)(number % SegmentsPerFile));

    /// <summary>Name of the segment that holds the byte at a place.</summary>
    public WalSegmentName NameAt(uint timeline, Lsn lsn) => NameOf(timeline, NumberAt(lsn));

    /// <summary>Whether a cluster of this geometry can have a segment of that name.</summary>
    public bool Fits(WalSegmentName name) => name.Low < SegmentsPerFile;
}
