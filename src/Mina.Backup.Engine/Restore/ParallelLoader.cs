using System.Collections.Concurrent;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Restore;

/// <summary>Loads the COPY runs of a backup over several connections at once. Keys and triggers come later, so order does not matter.</summary>
internal sealed class ParallelLoader
{
    private readonly SessionOpener sessions;
    private readonly MemberReader reader;
    private readonly int jobs;

    public ParallelLoader(SessionOpener sessions, MemberReader reader, int jobs)
    {
        this.sessions = sessions;
        this.reader = reader;
        this.jobs = jobs;
    }

    /// <summary>Loads every run into a database. The first failure ends all connections.</summary>
    public async Task LoadAsync(BackupIndex index, string database, Action<long> loaded, CancellationToken cancellationToken)
    {
        var units = new ConcurrentQueue<LoadUnit>(LoadUnit.Plan(index, jobs));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable.Range(0, Math.Min(jobs, Math.Max(1, units.Count)))
            .Select(_ => WorkAsync(index, database, units, loaded, stop))
            .ToList();
        await FirstFailure.WhenAllAsync(workers, stop);
    }

    private async Task WorkAsync(BackupIndex index, string database, ConcurrentQueue<LoadUnit> units, Action<long> loaded, CancellationTokenSource stop)
    {
        using var session = await sessions.OpenForCopyAsync(database, stop.Token);
        var loader = new CopyRunLoader(new LibpqCopyIn(session), reader, index.Header.ClientEncoding, index.Header.Backup);
        await session.RunAsync(
            () =>
            {
                while (units.TryDequeue(out var unit))
                {
                    loader.Load(unit, loaded, stop.Token);
                }
            },
            stop.Token);
    }
}
