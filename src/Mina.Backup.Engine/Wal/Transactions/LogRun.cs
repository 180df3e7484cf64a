using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Segments one behind the other, without a gap.</summary>
/// <param name="Geometry">How the cluster cuts its log.</param>
/// <param name="Timeline">The timeline that they lead to.</param>
/// <param name="Segments">The segments.</param>
internal sealed record LogRun(WalGeometry Geometry, uint Timeline, IReadOnlyList<LogSegment> Segments)
{
    /// <summary>First byte of a segment of the run.</summary>
    public Lsn StartOf(int index) => Geometry.StartOf(Segments[0].Number + (ulong)index);

    /// <summary>Name under which a segment is given to pg_waldump, which follows one timeline alone.</summary>
    public string FileNameOf(int index) => Geometry.NameOf(Timeline, Segments[index].Number).ToString();

    /// <summary>The same for the segment that holds a place.</summary>
    public string FileNameAt(Lsn place) => Geometry.NameAt(Timeline, place).ToString();
}
