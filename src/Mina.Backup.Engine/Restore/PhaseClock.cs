using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>Times the phases of a run and reports how far each is.</summary>
internal sealed class PhaseClock
{
    private readonly RunContext context;
    private readonly string activity;
    private readonly List<PhaseTiming> timings = [];
    private readonly long startedAt;
    private readonly Lock gate = new();
    private string stage = "";
    private ProgressUnit unit;
    private long stageStartedAt;
    private long done;
    private long? total;

    public PhaseClock(RunContext context, string activity)
    {
        this.context = context;
        this.activity = activity;
        startedAt = context.Clock.GetTimestamp();
    }

    /// <summary>Phases that ended, in order.</summary>
    public IReadOnlyList<PhaseTiming> Timings => timings;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => context.Clock.GetElapsedTime(startedAt);

    /// <summary>Does the work of a phase.</summary>
    /// <param name="name">Name of the phase, stable.</param>
    /// <param name="expected">Units of work expected; null when unknown.</param>
    /// <param name="work">The work.</param>
    public Task<T> RunAsync<T>(string name, long? expected, Func<Task<T>> work) => RunAsync(name, expected, ProgressUnit.Bytes, work);

    /// <inheritdoc cref="RunAsync{T}(string, long?, Func{Task{T}})"/>
    public async Task<T> RunAsync<T>(string name, long? expected, ProgressUnit counted, Func<Task<T>> work)
    {
        var begun = context.Clock.GetTimestamp();
        lock (gate)
        {
            (stage, unit, stageStartedAt, done, total) = (name, counted, begun, 0, expected);
        }

        context.Verbose($"{activity}: {name}");
        Report(completed: false);
        var result = await work();
        timings.Add(new PhaseTiming(name, context.Clock.GetElapsedTime(begun)));
        return result;
    }

    /// <inheritdoc cref="RunAsync{T}(string, long?, Func{Task{T}})"/>
    public Task RunAsync(string name, long? expected, Func<Task> work) =>
        RunAsync(name, expected, async () =>
        {
            await work();
            return true;
        });

    /// <summary>Adds to what the phase has done.</summary>
    public void Advance(long units)
    {
        lock (gate)
        {
            done += units;
        }

        Report(completed: false);
    }

    /// <summary>Reports the end of the run, well or not.</summary>
    public void Complete() => Report(completed: true);

    private void Report(bool completed)
    {
        RunProgress progress;
        lock (gate)
        {
            var seconds = context.Clock.GetElapsedTime(stageStartedAt).TotalSeconds;
            double? rate = done > 0 && seconds > 0 ? done / seconds : null;
            progress = new RunProgress
            {
                Activity = activity,
                Stage = stage,
                Unit = unit,
                Done = total is null && done == 0 ? null : done,
                Total = total,
                Rate = rate,
                Remaining = total is { } all && rate is { } speed && all >= done ? TimeSpan.FromSeconds((all - done) / speed) : null,
                Completed = completed,
            };
        }

        context.Observer.Progress(progress);
    }
}
