using System.Collections.Concurrent;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>Keeps everything that a run tells, and acts when a stage begins.</summary>
public sealed class RecordingObserver : IRunObserver
{
    private readonly ConcurrentQueue<string> messages = new();
    private readonly ConcurrentQueue<string> warnings = new();
    private readonly Lock gate = new();
    private readonly List<string> stages = [];

    /// <summary>Called once per stage, on the engine's thread, before the engine goes on.</summary>
    public Action<string>? StageBegins { get; set; }

    /// <summary>Everything told, of any kind, in order.</summary>
    public string Everything => string.Join('\n', messages);

    /// <summary>Warnings alone.</summary>
    public IReadOnlyCollection<string> Warnings => warnings;

    /// <summary>Stages in order of their first report.</summary>
    public IReadOnlyList<string> Stages
    {
        get
        {
            lock (gate)
            {
                return [.. stages];
            }
        }
    }

    /// <summary>Whether the run reported its end.</summary>
    public bool Completed { get; private set; }

    /// <inheritdoc/>
    public void Verbose(string message) => messages.Enqueue(message);

    /// <inheritdoc/>
    public void Debug(string message) => messages.Enqueue(message);

    /// <inheritdoc/>
    public void Warning(string message)
    {
        messages.Enqueue(message);
        warnings.Enqueue(message);
    }

    /// <inheritdoc/>
    public void Progress(RunProgress progress)
    {
        messages.Enqueue($"{progress.Activity} {progress.Stage}");
        Completed |= progress.Completed;
        lock (gate)
        {
            if (progress.Completed || stages.Contains(progress.Stage))
            {
                return;
            }

            stages.Add(progress.Stage);
        }

        StageBegins?.Invoke(progress.Stage);
    }
}
