using System.Globalization;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Chooses what a recovery starts from, and refuses points that PostgreSQL would silently get wrong: before a base backup's end it stops at the
/// first commit behind it; across a gap it ends early.
/// </summary>
internal sealed class RecoveryPlanner
{
    private readonly BaseBackupCatalog catalog;
    private readonly WalArchive archive;
    private readonly Func<BaseBackupManifest, CancellationToken, Task<WalRecordScan>> scanner;
    private readonly TimeProvider clock;

    /// <summary>Creates a planner.</summary>
    /// <param name="catalog">The archive's base backups.</param>
    /// <param name="archive">The archive's WAL.</param>
    /// <param name="scanner">Makes a scan of WAL that a server of a base backup's version wrote.</param>
    /// <param name="clock">The clock.</param>
    public RecoveryPlanner(
        BaseBackupCatalog catalog, WalArchive archive, Func<BaseBackupManifest, CancellationToken, Task<WalRecordScan>> scanner, TimeProvider clock)
    {
        this.catalog = catalog;
        this.archive = archive;
        this.scanner = scanner;
        this.clock = clock;
    }

    /// <summary>The plan for a new branch.</summary>
    /// <exception cref="MinaException">The point cannot be reached exactly.</exception>
    public async Task<RecoveryPlan> PlanAsync(PitrTarget target, string? baseBackup, bool readOnly, CancellationToken cancellationToken)
    {
        var listing = await archive.ListAsync(cancellationToken);
        var bases = await FindBasesAsync(baseBackup, cancellationToken);
        var timeline = target.Timeline ?? Math.Max(listing.NewestTimeline ?? 0, target.Timeline ?? bases.Max(manifest => manifest.Timeline));
        var history = await ReadHistoryAsync(timeline, cancellationToken);
        var fitting = bases.Where(manifest => history.Contains(manifest.Timeline, manifest.StopLsn)).ToList();
        if (fitting.Count == 0)
        {
            throw new CatalogException(
                ErrorCatalog.TimelineNotFound,
                $"No base backup in the archive lies on the way to timeline {timeline}.",
                new ErrorContext { Target = timeline.ToString(CultureInfo.InvariantCulture), Action = "Give -Timeline another one, or make a base backup of the server that is on it." });
        }

        if (target.Kind == PitrTargetKind.RestorePoint)
        {
            var (chosen, lsn) = await FindRestorePointAsync(target, fitting, listing, history, cancellationToken);
            return Create(chosen, target with { Kind = PitrTargetKind.Lsn, RestorePoint = null, Lsn = lsn, Inclusive = true }, listing, history, readOnly);
        }

        var manifest = fitting.FirstOrDefault(candidate => EndsBefore(candidate, target)) ?? throw BeforeBase(target, fitting);
        return Create(manifest, target, listing, history, readOnly);
    }

    /// <summary>
    /// The plan for taking a paused branch forward. The point is looked up in the WAL before anything is touched, as a replay that has gone too far
    /// cannot be taken back.
    /// </summary>
    public async Task<RecoveryPlan> PlanStepAsync(PitrTarget target, PitrPoint reached, Lsn redo, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var listing = await archive.ListAsync(cancellationToken);
        var timeline = target.Timeline ?? listing.NewestTimeline ?? reached.Timeline;
        var history = await ReadHistoryAsync(timeline, cancellationToken);
        if (!history.Contains(reached.Timeline, reached.Lsn))
        {
            throw new CatalogException(ErrorCatalog.TimelineNotFound, $"The branch is at {reached.Lsn} of timeline {reached.Timeline}, which is not on the way to timeline {timeline}.", new ErrorContext { Target = target.ToString() });
        }

        if (target.Kind == PitrTargetKind.Latest)
        {
            return Create(manifest, target, listing, history, readOnly: true) with { From = redo, Segments = listing.Route(history, redo, null).Files };
        }

        if (target.Lsn <= reached.Lsn || target.Time <= reached.Time)
        {
            throw new CatalogException(
                ErrorCatalog.PointBehindBranch,
                $"The branch has reached {reached.Lsn} ({(reached.Time is { } time ? PointCheck.Text(time) : "no commit replayed")}), which is not before {target}.",
                new ErrorContext { Target = target.ToString() });
        }

        var lsn = target.Kind == PitrTargetKind.Lsn ? target : await LocateAsync(target, reached.Lsn, listing, history, manifest, cancellationToken);
        var plan = Create(manifest, lsn, listing, history, readOnly: true);
        return plan with { From = redo, Segments = listing.Route(history, redo, null).Files };
    }

    /// <summary>The error for a recovery that went to the end of its WAL without meeting its point.</summary>
    public static MinaException NotReached(RecoveryPlan plan, PitrTarget target, Exception? inner)
    {
        if (plan.HasGap)
        {
            return Gap(plan.Next, target, inner);
        }

        var context = new ErrorContext { Target = target.ToString() };
        return target.Kind == PitrTargetKind.Xid
            ? new CatalogException(ErrorCatalog.PointNotFound, $"The WAL behind base backup {plan.Base.Name} has no end of transaction {target.Xid}.", context, inner)
            : new CatalogException(ErrorCatalog.PointNotArchived, $"The point {target} lies behind the end of the archived WAL; the next segment would be {plan.Next}.", context, inner);
    }

    /// <summary>Whether a base backup was complete before a point.</summary>
    internal static bool EndsBefore(BaseBackupManifest manifest, PitrTarget target) => target.Kind switch
    {
        PitrTargetKind.Time => manifest.EndedAt <= target.Time,
        PitrTargetKind.Lsn => manifest.StopLsn <= target.Lsn,
        PitrTargetKind.Xid => TransactionSnapshot.Parse(manifest.Snapshot).IsOpen(target.Xid!.Value),
        _ => true,
    };

    private async Task<IReadOnlyList<BaseBackupManifest>> FindBasesAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is not null)
        {
            return [await catalog.FindAsync(name, cancellationToken)];
        }

        var cluster = (await archive.DescribeAsync(cancellationToken))?.SystemIdentifier.ToString(CultureInfo.InvariantCulture);
        var bases = (await catalog.ReadUsableAsync(cancellationToken)).Where(manifest => cluster is null || manifest.SystemIdentifier == cluster).ToList();
        return bases.Count > 0
            ? bases
            : throw new CatalogException(ErrorCatalog.NoBaseBackup, $"The archive {archive.Location} has no base backup that can be used.", new ErrorContext { Target = archive.Location });
    }

    private async Task<TimelineHistory> ReadHistoryAsync(uint timeline, CancellationToken cancellationToken)
    {
        try
        {
            return await archive.ReadHistoryAsync(timeline, cancellationToken);
        }
        catch (CatalogException e) when (e.Definition == ErrorCatalog.WalFileNotFound)
        {
            throw new CatalogException(ErrorCatalog.TimelineNotFound, $"The archive has no history of timeline {timeline}.", new ErrorContext { Target = timeline.ToString(CultureInfo.InvariantCulture) }, e);
        }
    }

    // The newest restore point of that name, and the newest base backup that ends before it.
    private async Task<(BaseBackupManifest Base, Lsn Lsn)> FindRestorePointAsync(
        PitrTarget target, List<BaseBackupManifest> bases, WalListing listing, TimelineHistory history, CancellationToken cancellationToken)
    {
        Lsn? end = null;
        foreach (var manifest in bases)
        {
            var scan = await scanner(manifest, cancellationToken);
            var route = listing.Route(history, manifest.StopLsn, end);
            var marks = await scan.RunAsync(route.Files, manifest.StopLsn, PitrTargetKind.RestorePoint, cancellationToken);
            if (marks.LastOrDefault(mark => mark.RestorePoint == target.RestorePoint) is { } found)
            {
                return (manifest, found.Lsn);
            }

            end = manifest.StopLsn;
        }

        throw new CatalogException(
            ErrorCatalog.PointNotFound,
            $"The WAL behind base backup {bases[^1].Name} has no restore point {target.RestorePoint}.",
            new ErrorContext { Target = target.RestorePoint });
    }

    private async Task<PitrTarget> LocateAsync(
        PitrTarget target, Lsn from, WalListing listing, TimelineHistory history, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var scan = await scanner(manifest, cancellationToken);
        var marks = await scan.RunAsync(listing.Route(history, from, null).Files, from, target.Kind, cancellationToken);
        var found = target.Kind switch
        {
            PitrTargetKind.RestorePoint => marks.LastOrDefault(mark => mark.RestorePoint == target.RestorePoint),
            PitrTargetKind.Xid => marks.FirstOrDefault(mark => mark.Xid == (uint)target.Xid!.Value),
            _ => marks.FirstOrDefault(mark => target.Inclusive ? mark.Time > target.Time : mark.Time >= target.Time),
        };
        if (found is null)
        {
            throw new CatalogException(
                target.Kind == PitrTargetKind.Time ? ErrorCatalog.PointNotArchived : ErrorCatalog.PointNotFound,
                $"The archived WAL behind {from} does not have {target}.",
                new ErrorContext { Target = target.ToString() });
        }

        // The first commit behind a time is not in; a restore point is; of a transaction it is as asked.
        var inclusive = target.Kind == PitrTargetKind.RestorePoint || (target.Kind == PitrTargetKind.Xid && target.Inclusive);
        return new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = found.Lsn, Inclusive = inclusive };
    }

    private static RecoveryPlan Create(BaseBackupManifest manifest, PitrTarget target, WalListing listing, TimelineHistory history, bool readOnly)
    {
        var route = listing.Route(history, manifest.StartLsn, null);
        var hasGap = listing.Files.Any(file => IsBehind(file, route.Next, history, listing.Geometry));
        var plan = new RecoveryPlan
        {
            Base = manifest,
            History = history,
            From = manifest.StartLsn,
            Segments = route.Files,
            Next = route.Next,
            HasGap = hasGap,
            Settings = TargetSettings.Create(EndsThere(target, route) ? new PitrTarget { Kind = PitrTargetKind.Latest } : target, history.Timeline, readOnly),
        };
        if (route.End < manifest.StopLsn || (hasGap && target.Kind == PitrTargetKind.Latest))
        {
            throw Gap(route.Next, target, null);
        }

        if (target.Lsn is { } lsn && (target.Inclusive ? route.End <= lsn : route.End < lsn))
        {
            throw NotReached(plan, target, null);
        }

        return plan;
    }

    // Recovery stops before the first record at a place; where the WAL ends on it there is none, and going to the end is the same.
    private static bool EndsThere(PitrTarget target, WalRoute route) =>
        target.Lsn == route.End && !target.Inclusive && route.Files is [.., { Name.Kind: WalFileKind.Segment }];

    private static bool IsBehind(WalFile file, WalSegmentName missing, TimelineHistory history, WalGeometry geometry) =>
        file.Name.Kind is WalFileKind.Segment or WalFileKind.Partial
        && geometry.NumberOf(file.Name.Segment) is var number
        && number >= geometry.NumberOf(missing)
        && history.Candidates(number, geometry).Contains(file.Name.Timeline);

    private static CatalogException Gap(WalSegmentName missing, PitrTarget target, Exception? inner) => new(
        ErrorCatalog.WalGap,
        $"The point {target} cannot be reached: the WAL segment {missing} is neither in the archive nor in its spool.",
        new ErrorContext { Target = missing.ToString() },
        inner);

    private CatalogException BeforeBase(PitrTarget target, List<BaseBackupManifest> bases)
    {
        var oldest = bases[^1];
        return new CatalogException(
            ErrorCatalog.PointBeforeBase,
            $"The point {target} lies before the end of the oldest base backup that could be used, {oldest.Name}: it ended at {PointCheck.Text(oldest.EndedAt)}, LSN {oldest.StopLsn}, {Age(oldest)} ago.",
            new ErrorContext { Target = target.ToString() });
    }

    private string Age(BaseBackupManifest manifest) => (clock.GetUtcNow() - manifest.EndedAt).ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
}
