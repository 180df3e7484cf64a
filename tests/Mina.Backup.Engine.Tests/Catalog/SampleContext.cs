using System.Collections.Concurrent;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Catalog;

/// <summary>A run whose words are kept in memory, at a time that stands still.</summary>
internal sealed class SampleContext : IRunObserver, IRunLog
{
    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<RunProgress> Reports { get; } = new();

    public string Path => "memory";

    public static RunContext Create(HostEnvironment environment, out SampleContext sample)
    {
        sample = new SampleContext();
        return new RunContext(sample, sample, environment, new StandingClock(CatalogSamples.Noon));
    }

    public void Verbose(string message)
    {
    }

    public void Debug(string message)
    {
    }

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Progress(RunProgress progress) => Reports.Enqueue(progress);

    public void Write(LogLevel level, string message)
    {
    }

    public void Redact(string secret)
    {
    }
}

internal sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
