namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Chooses the segments that lead along a timeline, out of what archive, spool and a running server hold.</summary>
internal sealed class LogMap
{
    private readonly WalGeometry geometry;
    private readonly TimelineHistory history;
    private readonly Dictionary<WalSegmentName, LogSegment> segments = [];

    /// <summary>Starts with nothing.</summary>
    /// <param name="geometry">How the cluster cuts its log.</param>
    /// <param name="history">The timeline to follow.</param>
    public LogMap(WalGeometry geometry, TimelineHistory history)
    {
        this.geometry = geometry;
        this.history = history;
    }

    /// <summary>Adds a segment unless there is a complete one of its name already.</summary>
    public void Add(LogSegment segment)
    {
        if (!segments.TryGetValue(segment.Name, out var known) || known.MayEnd)
        {
            segments[segment.Name] = segment;
        }
    }

    /// <summary>The runs along the timeline, in the log's order; between two of them segments are missing.</summary>
    public IReadOnlyList<LogRun> Runs()
    {
        List<LogRun> runs = [];
        List<LogSegment> run = [];
        foreach (var number in segments.Values.Select(segment => segment.Number).Distinct().Order())
        {
            if (Choose(number) is not { } segment)
            {
                continue;
            }

            if (run.Count > 0 && (run[^1].Number + 1 != number || run[^1].MayEnd))
            {
                runs.Add(new LogRun(geometry, history.Timeline, run));
                run = [];
            }

            run.Add(segment);
        }

        if (run.Count > 0)
        {
            runs.Add(new LogRun(geometry, history.Timeline, run));
        }

        return runs;
    }

    // As recovery looks for them: the newest timeline that had begun; a segment that may end early only when no complete one is there.
    private LogSegment? Choose(ulong number)
    {
        var found = history.Candidates(number, geometry)
            .Select(timeline => segments.GetValueOrDefault(geometry.NameOf(timeline, number)))
            .OfType<LogSegment>()
            .ToList();
        return found.Find(segment => !segment.MayEnd) ?? found.FirstOrDefault();
    }
}
