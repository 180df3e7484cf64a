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
    private readonly EarlyProof? proof;

    /// <summary>Creates a loader.</summary>
    /// <param name="sessions">Opens sessions.</param>
    /// <param name="reader">Reads the members.</param>
    /// <param name="jobs">Connections.</param>
    /// <param name="proof">Told of each table that is complete; null where tables are compared in the end.</param>
    public ParallelLoader(SessionOpener sessions, MemberReader reader, int jobs, EarlyProof? proof)
    {
        this.sessions = sessions;
        this.reader = reader;
        this.jobs = jobs;
        this.proof = proof;
    }

    /// <summary>Loads every run into a database. The first failure ends all connections.</summary>
    public async Task LoadAsync(BackupIndex index, string database, Action<long> loaded, CancellationToken cancellationToken)
    {
        var units = new ConcurrentQueue<LoadUnit>(LoadUnit.Plan(index, jobs));
        var open = new ConcurrentDictionary<int, int>(units.CountBy(unit => unit.Table));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable.Range(0, Math.Min(jobs, Math.Max(1, units.Count)))
            .Select(_ => WorkAsync(index, database, units, open, loaded, stop))
            .ToList();
        await FirstFailure.WhenAllAsync(workers, stop);
    }

    private async Task WorkAsync(
        BackupIndex index, string database, ConcurrentQueue<LoadUnit> units, ConcurrentDictionary<int, int> open, Action<long> loaded, CancellationTokenSource stop)
    {
        using var session = await sessions.OpenForCopyAsync(database, stop.Token);
        var loader = new CopyRunLoader(new LibpqCopyIn(session), reader, index.Header.ClientEncoding, index.Header.Backup);
        await session.RunAsync(
            () =>
            {
                using var lane = proof?.Occupy();
                while (units.TryDequeue(out var unit))
                {
                    loader.Load(unit, loaded, stop.Token);
                    if (open.AddOrUpdate(unit.Table, 0, (_, left) => left - 1) == 0)
                    {
                        proof?.Loaded(unit.Table);
                    }
                }
            },
            stop.Token);
    }
}
