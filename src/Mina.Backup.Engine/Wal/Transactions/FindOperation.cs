using System.Runtime.CompilerServices;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Finds transactions in the write-ahead log.</summary>
internal sealed class FindOperation
{
    // Before 15 the log does not say which of the files that go were dropped and which emptied.
    private const int FirstMajorThatTellsDropped = 15;
    private readonly IBackupStoreFactory stores;
    private readonly ClientTools tools;

    public FindOperation(IBackupStoreFactory stores, ClientTools tools)
    {
        this.stores = stores;
        this.tools = tools;
    }

    /// <summary>Reads the log and gives what was asked for, the biggest first, of equal ones the newest.</summary>
    public async Task<IReadOnlyList<WalTransaction>> RunAsync(FindTransactionRequest request, RunContext context, CancellationToken cancellationToken)
    {
        using var keys = KeyRing.Create(request.Keys, context.Environment);
        await using var sources = await LogSources.OpenAsync(request, keys, stores, context, cancellationToken);
        var matches = new BiggestMatches(request.First);
        var filter = new TransactionFilter(request, sources.Names);
        for (var index = 0; index < sources.Runs.Count; index++)
        {
            WarnOfGap(sources.Runs, index, context);
            await foreach (var match in ReadAsync(sources, sources.Runs[index], filter, request, context, cancellationToken))
            {
                matches.Add(match);
            }
        }

        WarnOfNames(filter, context);
        return [.. matches.InOrder().Select(match => ToModel(match, sources))];
    }

    // An empty answer must not look like one that nothing happened.
    private static void WarnOfNames(TransactionFilter filter, RunContext context)
    {
        foreach (var table in filter.UnknownTables)
        {
            context.Warning($"No record of names knows a table {table}, in any database. Capital letters count.");
        }

        if (filter.Unnamed > 0)
        {
            context.Warning(FormattableString.Invariant(
                $"{filter.Unnamed} transactions touched tables whose names were not recorded and are left out; without -Table they are shown by their files."));
        }
    }

    private static void WarnOfGap(IReadOnlyList<LogRun> runs, int index, RunContext context)
    {
        if (index > 0)
        {
            var before = runs[index - 1];
            var missing = before.Geometry.NameOf(before.Segments[^1].Name.Timeline, before.Segments[^1].Number + 1);
            context.Warning($"The log has a gap from {missing} to before {runs[index].Segments[0].Name}; what was committed there is not seen.");
        }
    }

    private async IAsyncEnumerable<TransactionMatch> ReadAsync(
        LogSources sources, LogRun run, TransactionFilter filter, FindTransactionRequest request, RunContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var scan = new LogScan(tools, request.Jobs ?? Environment.ProcessorCount);
        var merger = new StretchMerger();
        ChangeReader? reader = null;
        long done = 0;
        await foreach (var stretch in scan.ReadAsync(run, request.After, request.Before, context, cancellationToken))
        {
            reader ??= new ChangeReader(sources.Names, stretch.Major >= FirstMajorThatTellsDropped);
            foreach (var transaction in merger.Append(stretch))
            {
                if (filter.IsInTime(transaction.End) && reader.Read(transaction) is { Count: > 0 } changes && filter.Measure(changes) is { } rows)
                {
                    // Ids count in a circle; the half of it behind the first that was free when the reading began is what began later.
                    var complete = merger.FirstNextXid is not { } next || unchecked((int)(transaction.End.Xid - next)) >= 0;
                    yield return new TransactionMatch(transaction, changes, rows, complete);
                }
            }

            done += (stretch.End - stretch.First) * run.Geometry.SegmentSize;
            context.Observer.Progress(new RunProgress { Activity = "Finding transactions", Stage = "Reading the log", Done = done, Total = stretch.Total });
        }
    }

    private static WalTransaction ToModel(TransactionMatch match, LogSources sources)
    {
        var history = sources.History;
        var end = match.Transaction.End;
        var lsn = new Lsn(end.Start);
        return new WalTransaction
        {
            Xid = end.Xid,
            CommitTime = new DateTimeOffset(end.Time, TimeSpan.Zero),
            CommitLsn = lsn,
            EndLsn = RecordEnd.Of(end.Start, end.Length, sources.Runs[0].Geometry.SegmentSize),
            Timeline = history.Ancestors.FirstOrDefault(ancestor => lsn < ancestor.End)?.Timeline ?? history.Timeline,
            Database = match.Changes.Select(change => change.Database).FirstOrDefault(name => name is not null) ?? "",
            Tables = [.. match.Changes.OrderByDescending(change => change.RowsOf([])).ThenBy(change => change.File.Filenode).Select(change => change.ToModel())],
            IsPrepared = end.Outcome == TransactionOutcome.CommittedPrepared,
            Subtransactions = end.Subtransactions.Length,
            IsComplete = match.IsComplete,
        };
    }
}
