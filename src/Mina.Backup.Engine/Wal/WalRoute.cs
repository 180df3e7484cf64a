using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>The segments of one way through the log.</summary>
/// <param name="Files">Segments in the order of replay, without a gap.</param>
/// <param name="End">First byte behind them; in a partial segment the log may end before.</param>
/// <param name="Next">The segment that would follow: the first missing one when <paramref name="Broken"/>.</param>
/// <param name="Broken">Whether the place that was to be reached lies behind a missing segment.</param>
public sealed record WalRoute(IReadOnlyList<WalFile> Files, Lsn End, WalSegmentName Next, bool Broken);
