using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>A run of one test that remembers what it told.</summary>
internal sealed class TestRun : IRunObserver, IDisposable
{
    private readonly RunLog log;
    private readonly List<string> warnings = [];

    public TestRun(TestMachine machine)
    {
        log = RunLog.Create("test", machine.Environment, TimeProvider.System);
        Context = new RunContext(this, log, machine.Environment, TimeProvider.System);
    }

    public RunContext Context { get; }

    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (warnings)
            {
                return [.. warnings];
            }
        }
    }

    public Action<RunProgress>? OnProgress { get; set; }

    public void Verbose(string message)
    {
    }

    public void Debug(string message)
    {
    }

    public void Warning(string message)
    {
        lock (warnings)
        {
            warnings.Add(message);
        }
    }

    public void Progress(RunProgress progress) => OnProgress?.Invoke(progress);

    public void Dispose() => log.Dispose();
}
