using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Reads a run of segments in stretches, several at once, and gives what they say in the log's order.</summary>
/// <param name="tools">Finds pg_waldump.</param>
/// <param name="jobs">Stretches read at once.</param>
internal sealed class LogScan(ClientTools tools, int jobs)
{
    // Short enough that all workers end together and the scratch folder stays small, long enough that starting pg_waldump does not count.
    private const long GreatestStretch = 128L << 20;
    private const int StretchesPerJob = 4;

    // The commit of a transaction with four million subtransactions; of rows, no record is longer than a few pages.
    private const long GreatestRecord = 16L << 20;
    private static readonly TimeSpan ClockMargin = TimeSpan.FromSeconds(30);

    /// <summary>Reads a run.</summary>
    /// <param name="run">The segments.</param>
    /// <param name="after">Leave out segments that ended before this time; a transaction that runs across it may then be seen in part.</param>
    /// <param name="before">Leave out segments that begin behind this time.</param>
    /// <param name="context">The run that it belongs to.</param>
    /// <param name="cancellationToken">Ends the reading and the programs.</param>
    /// <exception cref="MinaException"><c>WalDamaged</c>; <c>ToolMissing</c>; what fetching a segment reports.</exception>
    public async IAsyncEnumerable<LogStretch> ReadAsync(
        LogRun run, DateTimeOffset? after, DateTimeOffset? before, RunContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var folder = SegmentFolder.Create(run, context.Environment.TempDirectory);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tool = await FindToolAsync(run, folder, cancellationToken);
        var dump = new WaldumpRun(tool, folder.Path, run);
        var (first, end) = await ChooseAsync(run, folder, dump, after, before, cancellationToken);
        context.Verbose(FormattableString.Invariant($"Reading {end - first} of {run.Segments.Count} segments, {run.StartOf(first)} to {run.StartOf(end)}."));

        // Tasks in the log's order; at most so many run ahead of the one that is being waited for.
        var started = Channel.CreateBounded<Task<LogStretch>>(Math.Max(1, jobs - 1));
        var starter = StartAsync(run, folder, dump, (first, end), started.Writer, stop.Token);
        try
        {
            await foreach (var task in started.Reader.ReadAllAsync(cancellationToken))
            {
                yield return await task;
            }

            await starter;
        }
        finally
        {
            await stop.CancelAsync();
            await DrainAsync(starter, started.Reader);
        }
    }

    /// <summary>Segments of a stretch.</summary>
    private int StretchLength(LogRun run, int count)
    {
        var most = Math.Max(1, GreatestStretch / run.Geometry.SegmentSize);
        var even = Math.Max(1, (count + (jobs * StretchesPerJob) - 1) / (jobs * StretchesPerJob));
        return (int)Math.Min(most, even);
    }

    private async Task StartAsync(
        LogRun run, SegmentFolder folder, WaldumpRun dump, (int First, int End) range, ChannelWriter<Task<LogStretch>> started, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(jobs);
        List<Task> all = [];
        try
        {
            var total = (range.End - range.First) * run.Geometry.SegmentSize;
            var length = StretchLength(run, range.End - range.First);
            for (var first = range.First; first < range.End; first += length)
            {
                await slots.WaitAsync(cancellationToken);
                var task = ReadStretchAsync(run, folder, dump, new LogStretch(first, Math.Min(first + length, range.End), total, dump.Major), cancellationToken);
                all.Add(task.ContinueWith(_ => slots.Release(), TaskScheduler.Default));
                await started.WriteAsync(task, cancellationToken);
            }
        }
        finally
        {
            started.Complete();
            await Task.WhenAll(all);
        }
    }

    private static async Task DrainAsync(Task starter, ChannelReader<Task<LogStretch>> started)
    {
        try
        {
            await starter;
            await foreach (var task in started.ReadAllAsync())
            {
                await task;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or MinaException)
        {
            // Either everything was read, or the reason why not is on its way to the caller already.
        }
    }

    /// <summary>Index behind the segments that are needed to read up to one: the last record may go on in the ones behind it.</summary>
    private static int Held(LogRun run, int end) =>
        (int)Math.Min(run.Segments.Count, end + Math.Max(1, GreatestRecord / run.Geometry.SegmentSize));

    private static async Task<LogStretch> ReadStretchAsync(
        LogRun run, SegmentFolder folder, WaldumpRun dump, LogStretch stretch, CancellationToken cancellationToken)
    {
        var (first, end) = (stretch.First, stretch.End);
        var held = Held(run, end);
        await folder.AcquireAsync(first, held, cancellationToken);
        try
        {
            var stop = await dump.ReadAsync(run.StartOf(first), run.StartOf(end), run.StartOf(held), stretch, cancellationToken);
            Judge(run, stop, end);
            return stretch;
        }
        finally
        {
            folder.Release(first, held);
        }
    }

    /// <summary>Decides whether pg_waldump stopped because the log, or what was given to it, ends there, or because of damage.</summary>
    private static void Judge(LogRun run, WaldumpStop? stop, int end)
    {
        if (stop is null)
        {
            return;
        }

        if (stop.At is { } place)
        {
            var last = run.Segments[^1];
            if (place >= run.StartOf(end) || (last.MayEnd && place >= run.Geometry.StartOf(last.Number)))
            {
                return;
            }

            var segment = run.Segments[(int)Math.Min((ulong)run.Segments.Count - 1, run.Geometry.NumberAt(place) - run.Segments[0].Number)];
            throw new IntegrityException(
                ErrorCatalog.WalDamaged,
                $"The log cannot be read on at {place} in segment {segment.Name}: {stop.Message}",
                new ErrorContext { Target = segment.Name.ToString() });
        }

        throw new ToolException(ErrorCatalog.ToolFailed, $"pg_waldump failed: {stop.Message}", new ErrorContext { Target = "pg_waldump" });
    }

    private async Task<ClientTool> FindToolAsync(LogRun run, SegmentFolder folder, CancellationToken cancellationToken)
    {
        await folder.AcquireAsync(0, 1, cancellationToken);
        try
        {
            var head = new byte[WalPageHeader.Length];
            await using (var file = File.OpenRead(Path.Combine(folder.Path, run.FileNameOf(0))))
            {
                await file.ReadExactlyAsync(head, cancellationToken);
            }

            return await WaldumpVersion.FindAsync(tools, WalPageHeader.Read(head)!.Magic, cancellationToken);
        }
        finally
        {
            folder.Release(0, 1);
        }
    }

    /// <summary>The segments that can hold commits of a time span: found by halves, by the time of each one's first commit.</summary>
    private static async Task<(int First, int End)> ChooseAsync(
        LogRun run, SegmentFolder folder, WaldumpRun dump, DateTimeOffset? after, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var first = 0;
        var end = run.Segments.Count;
        if (after is { } since)
        {
            // One back, as the segment that was found begins behind the time.
            first = Math.Max(0, await FindAsync(time => time >= since - ClockMargin, 0, end) - 1);
        }

        if (before is { } until)
        {
            end = Math.Max(first + 1, await FindAsync(time => time > until + ClockMargin, first, end));
        }

        return (first, end);

        async Task<int> FindAsync(Func<DateTimeOffset, bool> reached, int low, int high)
        {
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (await FirstCommitAsync(middle, high) is not { } time || reached(time))
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            return low;
        }

        // A segment without a commit, in the midst of a long transaction, begins when the next one with a commit does, as far as anybody can tell.
        async Task<DateTimeOffset?> FirstCommitAsync(int index, int limit)
        {
            for (; index < limit; index++)
            {
                var held = Held(run, index + 1);
                await folder.AcquireAsync(index, held, cancellationToken);
                try
                {
                    if (await dump.FirstCommitAsync(run.StartOf(index), run.StartOf(index + 1), run.StartOf(held), cancellationToken) is { } time)
                    {
                        return time;
                    }
                }
                finally
                {
                    folder.Release(index, held);
                }
            }

            return null;
        }
    }
}
