using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Watches the programs of one dump. When one fails, all are stopped at once: the last section is read hours after it started, and
/// nobody would otherwise look at its end before.
/// </summary>
internal sealed class DumpWatch : IAsyncDisposable
{
    private readonly string target;
    private readonly CancellationToken caller;
    private readonly CancellationTokenSource stop;
    private readonly List<ToolProcess> processes = [];
    private readonly List<Task> watches = [];
    private MinaException? failure;

    /// <summary>Creates a watch; nothing is started yet.</summary>
    public DumpWatch(string target, CancellationToken cancellationToken)
    {
        this.target = target;
        caller = cancellationToken;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Canceled when a program failed, or the caller canceled.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>Why a program failed, the first if several did; null as long as none has.</summary>
    public MinaException? Failure => Volatile.Read(ref failure);

    /// <summary>Starts a program and watches it.</summary>
    public ToolProcess Start(ClientTool tool, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var process = ToolProcess.Start(tool, arguments, environment, stop.Token);
        processes.Add(process);
        watches.Add(WatchAsync(process));
        return process;
    }

    /// <summary>Watches work that is part of the dump.</summary>
    public void Add(Task work) => watches.Add(WatchAsync(work));

    /// <summary>Waits until a program has ended well.</summary>
    /// <exception cref="MinaException">It has not, or another one failed before it.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled, which killed it.</exception>
    public async Task EnsureSuccessAsync(ToolProcess process)
    {
        var exit = await process.WaitAsync(CancellationToken.None);
        if (exit.Code != 0)
        {
            await watches[processes.IndexOf(process)];
            if (Failure is { } problem)
            {
                throw problem;
            }

            caller.ThrowIfCancellationRequested();
            throw exit.Failure(target)!;
        }
    }

    /// <summary>Kills what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
        }

        await Task.WhenAll(watches);
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        stop.Dispose();
    }

    private async Task WatchAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Interlocked.CompareExchange(ref failure, PostgresErrors.Translate(problem, "reading its tables", target), null);
            await stop.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopped with the rest; whoever stopped it says why.
        }
    }

    private async Task WatchAsync(ToolProcess process)
    {
        var exit = await process.WaitAsync(CancellationToken.None);

        // What dies after the stop was killed by it, which says nothing.
        if (exit.Failure(target) is { } problem && !stop.IsCancellationRequested)
        {
            Interlocked.CompareExchange(ref failure, problem, null);
            await stop.CancelAsync();
        }
    }
}
