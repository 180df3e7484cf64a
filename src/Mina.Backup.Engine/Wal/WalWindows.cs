using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>What can be recovered from base backups and the segments of a listing.</summary>
internal sealed class WalWindows(WalListing listing, IReadOnlyList<BaseBackupInfo> bases)
{
    /// <summary>The windows along a timeline, in the log's order. Base backups from which recovery reaches the same end share one.</summary>
    public IReadOnlyList<(WalWindow Window, WalRoute Route)> Along(TimelineHistory history)
    {
        List<(WalWindow Window, WalRoute Route)> windows = [];
        foreach (var backup in Usable(history))
        {
            var route = listing.Route(history, backup.StartLsn!.Value, null);
            if (route.End < backup.StopLsn || route.Files.Count == 0)
            {
                continue;
            }

            var window = new WalWindow
            {
                Timeline = history.Timeline,
                From = backup.StopLsn!.Value,
                FromTime = backup.EndedAt,
                To = route.End,
                BaseBackup = backup.Name,
                NextSegment = route.Next.ToString(),
            };
            if (windows.Count > 0 && windows[^1].Window.To == window.To)
            {
                continue;
            }

            windows.Add((window, route));
        }

        return windows;
    }

    /// <summary>The gaps of all timelines; a base backup before one reaches no further.</summary>
    public IReadOnlyList<WalGapInfo> Gaps() =>
    [
        .. listing.Timelines.SelectMany(timeline => timeline.Gaps.Select(gap => new WalGapInfo
        {
            Timeline = timeline.Timeline,
            FirstMissing = gap.FirstMissing.ToString(),
            LastMissing = gap.LastMissing.ToString(),
            Segments = gap.Segments,
            BehindBaseBackup = bases.Any(backup => backup.StartLsn is { } start && backup.Timeline <= timeline.Timeline && start < listing.Geometry.StartOf(gap.FirstMissing)),
        })),
    ];

    // Oldest first: the first of several that reach the same end is where their window begins.
    private IEnumerable<BaseBackupInfo> Usable(TimelineHistory history) => bases
        .Where(backup => backup is { StartLsn: not null, StopLsn: not null, Timeline: not null } && backup.State is BackupState.Verified or BackupState.NotVerified)
        .Where(backup => history.Contains(backup.Timeline!.Value, backup.StopLsn!.Value))
        .OrderBy(backup => backup.StopLsn);
}
