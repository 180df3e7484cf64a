using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// What an archive and its spool held at one moment. A file that is in both counts as the archive's; a partial segment counts only where the
/// complete one is missing.
/// </summary>
public sealed class WalListing
{
    private readonly Dictionary<string, WalFile> byName;
    private readonly SortedDictionary<uint, WalTimeline> timelines = [];

    /// <summary>Orders what was found.</summary>
    /// <param name="geometry">How the cluster cuts its log.</param>
    /// <param name="files">What was found, in no order.</param>
    public WalListing(WalGeometry geometry, IEnumerable<WalFile> files)
    {
        Geometry = geometry;
        byName = Choose(files);
        foreach (var group in byName.Values.GroupBy(file => file.Name.Timeline))
        {
            timelines.Add(group.Key, new WalTimeline(group.Key, geometry, group));
        }
    }

    /// <summary>How the cluster cuts its log.</summary>
    public WalGeometry Geometry { get; }

    /// <summary>The timelines with any file, oldest first.</summary>
    public IReadOnlyCollection<WalTimeline> Timelines => timelines.Values;

    /// <summary>All files, one per name, in no order.</summary>
    public IReadOnlyCollection<WalFile> Files => byName.Values;

    /// <summary>The newest timeline with any file; null when there is none.</summary>
    public uint? NewestTimeline => timelines.Count == 0 ? null : timelines.Keys.Last();

    /// <summary>A file by the name PostgreSQL gives it; null when it is in neither place.</summary>
    public WalFile? Find(WalFileName name) => byName.GetValueOrDefault(name.Text);

    /// <summary>One timeline; null when it has no file.</summary>
    public WalTimeline? Timeline(uint timeline) => timelines.GetValueOrDefault(timeline);

    /// <summary>
    /// The segments that recovery along a timeline reads, from one place to another, as PostgreSQL itself would look for them: on the newest
    /// timeline that had begun, else on an ancestor; a partial segment as a last resort.
    /// </summary>
    /// <param name="history">The timeline to follow and its ancestors.</param>
    /// <param name="from">Where replay begins, such as a base backup's start.</param>
    /// <param name="to">Where it must reach; null for as far as there are segments.</param>
    public WalRoute Route(TimelineHistory history, Lsn from, Lsn? to)
    {
        List<WalFile> files = [];
        var number = Geometry.NumberAt(from);
        // A place on a segment's first byte is reached with the segment before it.
        var last = to is { } end ? Geometry.NumberAt(new Lsn(Math.Max(end.Value, 1) - 1)) : ulong.MaxValue;
        for (; number <= last; number++)
        {
            if (FindSegment(history, number) is not { } file)
            {
                return new WalRoute(files, Geometry.StartOf(number), Geometry.NameOf(history.Candidates(number, Geometry).First(), number), to is not null);
            }

            files.Add(file);
            if (file.Name.Kind == WalFileKind.Partial)
            {
                // Nothing behind a partial segment can follow on from it.
                return new WalRoute(files, Geometry.EndOf(number), Geometry.NameOf(file.Name.Timeline, number + 1), number < last && to is not null);
            }
        }

        return new WalRoute(files, Geometry.StartOf(number), Geometry.NameOf(history.Timeline, number), false);
    }

    private WalFile? FindSegment(TimelineHistory history, ulong number)
    {
        var names = history.Candidates(number, Geometry).Select(timeline => Geometry.NameOf(timeline, number)).ToList();
        return names.Select(name => Find(WalFileName.OfSegment(name))).FirstOrDefault(file => file is not null)
            ?? names.Select(name => Find(WalFileName.OfPartial(name))).FirstOrDefault(file => file is not null);
    }

    private static Dictionary<string, WalFile> Choose(IEnumerable<WalFile> files)
    {
        Dictionary<string, WalFile> chosen = new(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!chosen.TryGetValue(file.Name.Text, out var other) || Prefers(file, other))
            {
                chosen[file.Name.Text] = file;
            }
        }

        foreach (var partial in chosen.Values.Where(file => file.Name.Kind == WalFileKind.Partial).ToList())
        {
            if (chosen.ContainsKey(partial.Name.Segment.ToString()))
            {
                chosen.Remove(partial.Name.Text);
            }
        }

        return chosen;
    }

    // The archive's copy is proven and final; of a partial segment the spool's is the longer one, as it is still being written.
    private static bool Prefers(WalFile file, WalFile other) => file.Name.Kind == WalFileKind.Partial
        ? file.Source == WalFileSource.Spool
        : file.Source == WalFileSource.Archive && other.Source == WalFileSource.Spool;
}
