using System.Reflection;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Runtime;

/// <summary>
/// One run from start to end: it opens the log, does the work, and whatever happens writes the outcome to log and history,
/// ends the progress, and puts the log's path on the error.
/// </summary>
public sealed class RunScope : IDisposable
{
    private static readonly string[] SecretVariables = ["GPG_BACKUP_PASSPHRASE", "PGPASSWORD", "NEON_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

    private readonly string operation;
    private readonly RunLog log;

    private RunScope(string operation, RunContext context, RunLog log)
    {
        this.operation = operation;
        this.log = log;
        Context = context;
    }

    /// <summary>What the operations of the run share.</summary>
    public RunContext Context { get; }

    /// <summary>Starts a run.</summary>
    /// <param name="operation">What it does, in a word such as <c>backup</c>.</param>
    /// <param name="observer">Where it tells what it does.</param>
    /// <param name="environment">The machine.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="StorageException">The state folder cannot be written.</exception>
    public static RunScope Start(string operation, IRunObserver observer, HostEnvironment environment, TimeProvider clock)
    {
        var log = RunLog.Create(operation, environment, clock);
        foreach (var name in SecretVariables)
        {
            if (environment.Variable(name) is { } secret)
            {
                log.Redact(secret);
            }
        }

        var version = typeof(RunScope).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        log.Write(LogLevel.Information, $"Mina.Backup {version}: {operation}");
        return new RunScope(operation, new RunContext(observer, log, environment, clock), log);
    }

    /// <summary>Does the work of the run.</summary>
    /// <param name="work">The work.</param>
    /// <param name="describe">What the history names as the run's target.</param>
    /// <exception cref="MinaException">What the work threw, with <see cref="MinaException.LogPath"/>; anything unknown as <c>UnexpectedFailure</c>.</exception>
    public async Task<T> RunAsync<T>(Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        var start = Context.Clock.GetTimestamp();
        try
        {
            var result = await work(Context);
            await FinishAsync("succeeded", start, describe(result), error: null);
            return result;
        }
        catch (OperationCanceledException)
        {
            await FinishAsync("canceled", start, target: null, error: null);
            throw;
        }
        catch (MinaException e)
        {
            e.LogPath ??= log.Path;
            await FinishAsync("failed", start, e.Target, e);
            throw;
        }
        catch (Exception e)
        {
            var wrapped = new UnexpectedException(ErrorCatalog.UnexpectedFailure, $"{e.GetType().Name}: {e.Message}", innerException: e) { LogPath = log.Path };
            await FinishAsync("failed", start, target: null, wrapped);
            throw wrapped;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => log.Dispose();

    private async Task FinishAsync(string outcome, long start, string? target, MinaException? error)
    {
        var duration = Context.Clock.GetElapsedTime(start);
        if (error is not null)
        {
            log.Write(LogLevel.Error, $"{error.ErrorId}: {error.Message}");
            log.Write(LogLevel.Information, $"What to do: {error.RecommendedAction}");
            log.Write(LogLevel.Debug, error.ToString());
        }

        log.Write(LogLevel.Information, $"{operation} {outcome} after {duration}");
        var record = new RunRecord
        {
            StartedAt = Context.Now - duration,
            Operation = operation,
            Outcome = outcome,
            Duration = duration,
            Log = log.Path,
            Target = target,
            ErrorId = error?.ErrorId,
        };
        try
        {
            // Not cancelable: a canceled run is history too.
            await new RunHistory(Context.Environment).AppendAsync(record, CancellationToken.None);
        }
        catch (StorageException e)
        {
            // The run's own outcome stands and must reach the caller; its log has the rest.
            Context.Warning($"The run could not be recorded: {e.Message}");
        }

        Context.Observer.Progress(new RunProgress { Activity = operation, Stage = outcome, Completed = true });
    }
}
