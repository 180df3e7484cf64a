using System.Management.Automation;
using Mina.Backup.Engine;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Errors;
using Mina.Backup.Model;

namespace Mina.Backup.Pipeline;

/// <summary>
/// Base of all cmdlets: binds, asks, runs one engine operation and writes its result. The operation runs off the pipeline thread;
/// whatever it tells is written on it. Stopping the pipeline cancels the operation and waits until it has cleaned up.
/// </summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Creates the cmdlet; PowerShell does.</summary>
    private protected AsyncCmdlet()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stopping.Cancel();

    /// <summary>Releases what the cmdlet holds; PowerShell calls it when the pipeline ends.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            stopping.Dispose();
        }
    }

    /// <summary>An engine over the environment as it is now: variables may have changed since the last command.</summary>
    private protected static BackupEngine CreateEngine() => new(HostEnvironment.Current(), TimeProvider.System);

    /// <summary>An engine for point-in-time recovery over the environment as it is now.</summary>
    private protected static PitrEngine CreatePitrEngine() => new(HostEnvironment.Current(), TimeProvider.System);

    /// <summary>An engine for finding transactions and bringing rows back, over the environment as it is now.</summary>
    private protected static RowRecoveryEngine CreateRowRecoveryEngine() => new(HostEnvironment.Current(), TimeProvider.System);

    /// <summary>An engine for the history of drills, over the environment as it is now.</summary>
    private protected static DrillHistoryEngine CreateDrillHistoryEngine() => new(HostEnvironment.Current(), TimeProvider.System);

    /// <summary>A WAL engine over the environment as it is now.</summary>
    private protected static WalEngine CreateWalEngine() => new(HostEnvironment.Current(), TimeProvider.System);

    /// <summary>Runs an operation to its end and returns its result.</summary>
    /// <exception cref="MinaException">The operation failed.</exception>
    private protected T Run<T>(Func<IRunObserver, CancellationToken, Task<T>> operation) =>
        Run<T, T>((observer, _, token) => operation(observer, token), static _ => { });

    /// <summary>Runs an operation to its end and returns its result; what it reports on the way is handled on the pipeline thread as it comes.</summary>
    /// <exception cref="MinaException">The operation failed.</exception>
    private protected TResult Run<TReport, TResult>(
        Func<IRunObserver, Action<TReport>, CancellationToken, Task<TResult>> operation, Action<TReport> handle)
    {
        using var pump = new PipelinePump(stopping.Token);
        var display = new ProgressDisplay(MyInvocation.PipelinePosition, TimeProvider.System);
        var observer = new PumpObserver(this, pump, display);
        try
        {
            return pump.Run(token => operation(observer, report => pump.Post(() => handle(report)), token), () => display.Refresh(WriteProgress), ProgressDisplay.Interval);
        }
        catch (OperationCanceledException) when (Stopping)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            display.Complete(WriteLastProgress);
        }
    }

    /// <summary>Runs an operation that yields many objects and writes each as it comes.</summary>
    /// <exception cref="MinaException">The operation failed.</exception>
    private protected void RunAndWrite<T>(Func<CancellationToken, IAsyncEnumerable<T>> operation)
    {
        using var pump = new PipelinePump(stopping.Token);
        try
        {
            pump.Run(token => PostAllAsync(pump, operation(token), token), static () => { }, ProgressDisplay.Interval);
        }
        catch (OperationCanceledException) when (Stopping)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Does something that may fail; a failure becomes an error and the next input object gets its turn.</summary>
    private protected void ReportFailure(object? target, Action action) => ReportFailure(target, action, WriteError);

    /// <summary>Does something that may fail; a failure becomes an error that somebody else writes, or keeps until it may end the script.</summary>
    private protected static void ReportFailure(object? target, Action action, Action<ErrorRecord> report)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            report(ErrorRecords.From(failure, target));
        }
    }

    /// <summary>Does something that may fail; a failure ends the cmdlet.</summary>
    private protected void ThrowFailure(object? target, Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            ThrowTerminatingError(ErrorRecords.From(failure, target));
        }
    }

    /// <summary>A path as the session sees it, made absolute; an address with a scheme stays as it is.</summary>
    private protected string? ResolvePath(string? path) =>
        path is null || path.Contains("://", StringComparison.Ordinal) ? path : GetUnresolvedProviderPathFromPSPath(path);

    // PowerShell's own exceptions (stopped pipelines, a satisfied Select-Object -First, -ErrorAction Stop) carry its control flow.
    private static bool IsFailure(Exception exception) =>
        exception is not RuntimeException && exception.GetType().Assembly != typeof(PSCmdlet).Assembly;

    private async Task<bool> PostAllAsync<T>(PipelinePump pump, IAsyncEnumerable<T> source, CancellationToken cancellationToken)
    {
        await foreach (var item in source.WithCancellation(cancellationToken))
        {
            pump.Post(() => WriteObject(item));
        }

        return true;
    }

    // A stopping pipeline refuses WriteProgress; the bar must go away all the same.
    private void WriteLastProgress(ProgressRecord record)
    {
        if (Stopping)
        {
            Host?.UI?.WriteProgress(MyInvocation.PipelinePosition, record);
        }
        else
        {
            WriteProgress(record);
        }
    }
}
