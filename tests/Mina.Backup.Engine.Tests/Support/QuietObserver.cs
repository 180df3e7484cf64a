using System.Collections.Concurrent;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>Keeps what a run tells.</summary>
public sealed class QuietObserver : IRunObserver
{
    public ConcurrentQueue<string> Details { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<RunProgress> Reports { get; } = new();

    public void Verbose(string message) => Details.Enqueue(message);

    public void Debug(string message) => Details.Enqueue(message);

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Progress(RunProgress progress) => Reports.Enqueue(progress);
}
