namespace Mina.Backup.Engine.Runtime;

/// <summary>Where a run tells what it does. Called from any thread; implementations must not block for long.</summary>
public interface IRunObserver
{
    /// <summary>Something that an operator who asked for details wants to know.</summary>
    void Verbose(string message);

    /// <summary>Something that a developer who looks for a defect wants to know.</summary>
    void Debug(string message);

    /// <summary>Something that an operator must know although the run goes on.</summary>
    void Warning(string message);

    /// <summary>How far the run is. The observer limits the rate, not the caller.</summary>
    void Progress(RunProgress progress);
}
