using System.Threading.Channels;

namespace Mina.Backup.Pipeline;

/// <summary>
/// Runs asynchronous work elsewhere and carries out, on the thread that pumps, what the work posts. PowerShell's Write methods
/// throw on any other thread than the pipeline's.
/// </summary>
internal sealed class PipelinePump : IDisposable
{
    private readonly Channel<Action> posted = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopping;

    /// <summary>Creates a pump whose work ends early when <paramref name="stop"/> is cancelled.</summary>
    public PipelinePump(CancellationToken stop) => stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>Has an action carried out by the pumping thread. Never blocks; without effect once the work has ended.</summary>
    public void Post(Action action) => posted.Writer.TryWrite(action);

    /// <summary>
    /// Pumps until the work ends and returns its result. <paramref name="beat"/> is called on the pumping thread between actions,
    /// at least every <paramref name="interval"/>. If an action throws, for instance because the pipeline stops, the work is
    /// cancelled and awaited, so that its children and partial files are gone, before the exception goes on.
    /// </summary>
    public T Run<T>(Func<CancellationToken, Task<T>> work, Action beat, TimeSpan interval)
    {
        var running = Task.Run(() => work(stopping.Token));
        _ = running.ContinueWith(_ => posted.Writer.Complete(), TaskScheduler.Default);
        try
        {
            Pump(beat, interval);
        }
        catch
        {
            stopping.Cancel();
            ((IAsyncResult)running).AsyncWaitHandle.WaitOne();
            throw;
        }

        return running.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    private void Pump(Action beat, TimeSpan interval)
    {
        Task<bool>? more = null;
        while (true)
        {
            while (posted.Reader.TryRead(out var action))
            {
                action();
                beat();
            }

            more ??= posted.Reader.WaitToReadAsync().AsTask();
            if (more.Wait(interval))
            {
                if (!more.Result)
                {
                    return;
                }

                more = null;
            }

            beat();
        }
    }
}
