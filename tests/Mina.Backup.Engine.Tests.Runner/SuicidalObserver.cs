using System.Diagnostics;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Runner;

/// <summary>Prints stages as they begin and kills this process when the given one does.</summary>
/// <param name="killAt">Stage; null to let the run end.</param>
public sealed class SuicidalObserver(string? killAt) : IRunObserver
{
    private readonly Lock gate = new();
    private readonly HashSet<string> stages = [];

    /// <inheritdoc/>
    public void Verbose(string message)
    {
    }

    /// <inheritdoc/>
    public void Debug(string message)
    {
    }

    /// <inheritdoc/>
    public void Warning(string message) => Console.Error.WriteLine(message);

    /// <inheritdoc/>
    public void Progress(RunProgress progress)
    {
        lock (gate)
        {
            if (progress.Completed || !stages.Add(progress.Stage))
            {
                return;
            }

            Console.WriteLine(progress.Stage);
            if (progress.Stage == killAt)
            {
                Console.Out.Flush();
                using var self = Process.GetCurrentProcess();
                self.Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }
}
