namespace Mina.Backup.Engine.Runtime;

/// <summary>What every operation of one run shares. Created by the run's entry point, disposed with it.</summary>
public sealed class RunContext
{
    /// <summary>Creates the context of one run.</summary>
    public RunContext(IRunObserver observer, IRunLog log, HostEnvironment environment, TimeProvider clock)
    {
        Observer = observer;
        Log = log;
        Environment = environment;
        Clock = clock;
    }

    /// <summary>Where the run tells what it does.</summary>
    public IRunObserver Observer { get; }

    /// <summary>The run's log file; it removes secrets.</summary>
    public IRunLog Log { get; }

    /// <summary>Variables and folders of this machine.</summary>
    public HostEnvironment Environment { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Now, UTC.</summary>
    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Tells the log and, if the operator asked for details, the operator.</summary>
    public void Verbose(string message)
    {
        Log.Write(LogLevel.Information, message);
        Observer.Verbose(message);
    }

    /// <summary>Tells the log and the operator.</summary>
    public void Warning(string message)
    {
        Log.Write(LogLevel.Warning, message);
        Observer.Warning(message);
    }

    /// <summary>Tells the log and, on request, the developer.</summary>
    public void Debug(string message)
    {
        Log.Write(LogLevel.Debug, message);
        Observer.Debug(message);
    }
}
