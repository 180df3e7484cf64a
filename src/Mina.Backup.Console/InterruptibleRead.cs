using System.Management.Automation;

namespace Mina.Backup.Console;

/// <summary>
/// Waits for the operator. What reads from a terminal comes back with a key or a line alone, so another thread reads, and this one
/// waits for it or for an interruption. The other is left behind in its read then: it ends with the process, which is about to.
/// </summary>
internal sealed class InterruptibleRead(CancellationToken interrupted)
{
    /// <summary>What was read.</summary>
    /// <exception cref="PipelineStoppedException">The run was interrupted meanwhile.</exception>
    public T WaitFor<T>(Func<T> read)
    {
        try
        {
            return Task.Run(read).WaitAsync(interrupted).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
