using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>Does something as soon as a run reaches a stage.</summary>
internal sealed class StageObserver(string stage, Action reached) : IRunObserver
{
    public void Verbose(string message)
    {
    }

    public void Debug(string message)
    {
    }

    public void Warning(string message)
    {
    }

    public void Progress(RunProgress progress)
    {
        if (progress.Stage == stage && !progress.Completed)
        {
            reached();
        }
    }
}
