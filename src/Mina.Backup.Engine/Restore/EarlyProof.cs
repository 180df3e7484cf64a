using System.Threading.Channels;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Compares tables as soon as they are loaded, on lanes that loading, index builds and ANALYZE leave idle. It may only be used where nothing that runs
/// after a table was loaded can change its rows. What it has not read when it is stopped is left for the proof proper.
/// </summary>
internal sealed class EarlyProof : IAsyncDisposable
{
    private readonly BackupIndex index;
    private readonly SessionOpener sessions;
    private readonly string database;
    private readonly RunContext context;
    private readonly IdleGate idle;
    private readonly ContentProof content;
    private readonly Channel<int> loaded = Channel.CreateUnbounded<int>();
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource abort;
    private readonly Task lanes;
    private long rows;

    private EarlyProof(BackupIndex index, SessionOpener sessions, string database, int lanes, RunContext context, CancellationToken cancellationToken)
    {
        this.index = index;
        this.sessions = sessions;
        this.database = database;
        this.context = context;
        idle = new IdleGate(lanes);
        content = new ContentProof(index);
        abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // One lane less: as long as anything is under way it takes one.
        this.lanes = Task.WhenAll(Enumerable.Range(0, lanes - 1).Select(_ => RunAsync()));
    }

    /// <summary>Waits for tables to compare.</summary>
    /// <param name="index">What the backup recorded.</param>
    /// <param name="sessions">Opens sessions.</param>
    /// <param name="database">The copy.</param>
    /// <param name="lanes">Sessions that may work at once, at least two, those of the restore included.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static EarlyProof Start(BackupIndex index, SessionOpener sessions, string database, int lanes, RunContext context, CancellationToken cancellationToken) =>
        new(index, sessions, database, lanes, context, cancellationToken);

    /// <summary>Says that a session of the restore works until the result is disposed.</summary>
    public IDisposable Occupy() => idle.Occupy();

    /// <summary>Says that all rows of a table are loaded and committed.</summary>
    public void Loaded(int table)
    {
        // One that is read as several tables would wait for one of them while it keeps others from being altered.
        if (index.Tables[table].Sources is null)
        {
            loaded.Writer.TryWrite(table);
        }
    }

    /// <summary>Rows read so far.</summary>
    public long Rows => Interlocked.Read(ref rows);

    /// <summary>Ends when it was stopped, or fails when a session was lost.</summary>
    public Task Completion => lanes;

    /// <summary>Ends it behind the parts that are being read.</summary>
    /// <returns>What was compared, and what is left to compare.</returns>
    public async Task<ContentProof> StopAsync()
    {
        await stop.CancelAsync();
        await lanes;
        return content;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await abort.CancelAsync();
        // Of a failure here the restore has told, or StopAsync has.
        await ((Task)lanes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        abort.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            if (await loaded.Reader.WaitToReadAsync(stop.Token) && await OpenAsync() is { } session)
            {
                using (session)
                {
                    await CompareAsync(new LibpqCopyOut(session));
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            // Stopped while it waited.
        }
    }

    // The proof proper opens sessions of its own, when those of the loading are closed, and fails where it cannot.
    private async Task<LibpqSession?> OpenAsync()
    {
        try
        {
            return await sessions.OpenForCopyAsync(database, abort.Token);
        }
        catch (MinaException e)
        {
            context.Verbose($"Tables are not compared early, as one more connection cannot be had: {e.Message}");
            return null;
        }
    }

    private async Task CompareAsync(LibpqCopyOut session)
    {
        await foreach (var table in loaded.Reader.ReadAllAsync(stop.Token))
        {
            await content.PlanAsync(session, table, divided: true, abort.Token);
            while (true)
            {
                using var lane = await idle.WaitAsync(stop.Token);
                if (!content.TryTake(out var part))
                {
                    break;
                }

                Interlocked.Add(ref rows, await content.ReadAsync(session, part, abort.Token));
            }
        }
    }
}
