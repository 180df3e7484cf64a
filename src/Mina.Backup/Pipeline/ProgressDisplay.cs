using System.Management.Automation;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Formatting;

namespace Mina.Backup.Pipeline;

/// <summary>
/// Turns a run's progress, reported from any thread at any rate, into progress records at most five times a second, and makes sure
/// that what was shown is completed.
/// </summary>
internal sealed class ProgressDisplay
{
    /// <summary>Shortest time between two records.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly int activityId;
    private readonly TimeProvider clock;
    private RunProgress? latest;
    private string? shown;
    private long shownAt;

    /// <summary>Creates a display.</summary>
    /// <param name="activityId">Tells the bars of cmdlets in one pipeline apart.</param>
    /// <param name="clock">The clock.</param>
    public ProgressDisplay(int activityId, TimeProvider clock)
    {
        this.activityId = activityId;
        this.clock = clock;
    }

    /// <summary>Takes a report, from any thread; only the latest counts.</summary>
    public void Report(RunProgress progress) => Volatile.Write(ref latest, progress);

    /// <summary>On the pipeline thread: writes what is new, unless the last record is too young.</summary>
    public void Refresh(Action<ProgressRecord> write)
    {
        if (Volatile.Read(ref latest) is null || (shown is not null && clock.GetElapsedTime(shownAt) < Interval))
        {
            return;
        }

        // Completed reports are left to Complete, which is called however the run ends.
        if (Interlocked.Exchange(ref latest, null) is { Completed: false } progress)
        {
            shown = progress.Activity;
            shownAt = clock.GetTimestamp();
            write(ToRecord(progress));
        }
    }

    /// <summary>On the pipeline thread, last: takes the bar away if there is one.</summary>
    public void Complete(Action<ProgressRecord> write)
    {
        if (shown is { } activity)
        {
            shown = null;
            write(new ProgressRecord(activityId, activity, "Completed") { RecordType = ProgressRecordType.Completed });
        }
    }

    private ProgressRecord ToRecord(RunProgress progress) => new(activityId, progress.Activity, Describe(progress))
    {
        PercentComplete = progress.Percent ?? -1,
        SecondsRemaining = progress.Remaining is { } left ? (int)Math.Min(int.MaxValue, Math.Max(0, left.TotalSeconds)) : -1,
    };

    private static string Describe(RunProgress progress)
    {
        string Amount(double value) => progress.Unit == ProgressUnit.Bytes
            ? Readable.Size((long)value)
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:F0} rows");

        var text = progress.Stage;
        if (progress.Done is { } done)
        {
            text += progress.Total is { } total ? $": {Amount(done)} of about {Amount(total)}" : $": {Amount(done)}";
        }

        return progress.Rate is { } rate and > 0 ? $"{text}, {Amount(rate)}/s" : text;
    }
}
