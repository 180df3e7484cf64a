using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Reports how much of a backup's plain text was read.</summary>
internal sealed class ReadingProgress
{
    private readonly RunContext context;
    private readonly RunProgress first;
    private readonly long started;
    private long done;

    /// <summary>Starts to count.</summary>
    /// <param name="context">The run.</param>
    /// <param name="activity">What the whole run does.</param>
    /// <param name="total">Plain bytes expected; null when unknown.</param>
    public ReadingProgress(RunContext context, string activity, long? total)
    {
        this.context = context;
        first = new RunProgress { Activity = activity, Stage = "Verifying", Done = 0, Total = total };
        started = context.Clock.GetTimestamp();
        context.Observer.Progress(first);
    }

    /// <summary>Counts so many more bytes.</summary>
    public void Add(int bytes)
    {
        done += bytes;
        var seconds = context.Clock.GetElapsedTime(started).TotalSeconds;
        double? rate = seconds > 0 ? done / seconds : null;
        context.Observer.Progress(first with
        {
            Done = done,
            Rate = rate,
            Remaining = rate > 0 && first.Total is { } total ? TimeSpan.FromSeconds(Math.Max(0, total - done) / rate.Value) : null,
        });
    }
}
