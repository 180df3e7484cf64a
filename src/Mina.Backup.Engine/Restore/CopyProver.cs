using System.Collections.Concurrent;
using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Reads a restored copy back and compares it with the index: rows and fingerprint of every table, size and hash of every large object,
/// and sequences, which may be ahead of the snapshot but never behind. Several sessions share the work.
/// </summary>
internal sealed class CopyProver
{
    private readonly IReadOnlyList<ICopyOut> sessions;

    public CopyProver(IReadOnlyList<ICopyOut> sessions) => this.sessions = sessions;

    /// <summary>Compares everything that the index records.</summary>
    /// <param name="index">What the backup recorded.</param>
    /// <param name="compared">Called with the rows of each table compared.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public Task<RestoreProof> ProveAsync(BackupIndex index, Action<long> compared, CancellationToken cancellationToken) =>
        ProveAsync(index, new ContentProof(index), compared, cancellationToken);

    /// <summary>Compares everything that the index records, going on with tables that were begun with.</summary>
    /// <inheritdoc cref="ProveAsync(BackupIndex, Action{long}, CancellationToken)"/>
    public async Task<RestoreProof> ProveAsync(BackupIndex index, ContentProof tables, Action<long> compared, CancellationToken cancellationToken)
    {
        var content = await ProveContentAsync(index, tables, compared, cancellationToken);
        var behind = await CompareSequencesAsync(index, cancellationToken);
        return content with
        {
            Outcome = behind.Count > 0 ? CheckOutcome.Failed : content.Outcome,
            Sequences = index.Sequences.Count,
            Differences = [.. content.Differences.Concat(behind).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Compares tables and large objects.</summary>
    public Task<RestoreProof> ProveContentAsync(BackupIndex index, Action<long> compared, CancellationToken cancellationToken) =>
        ProveContentAsync(index, new ContentProof(index), compared, cancellationToken);

    /// <summary>The sequences that are missing or behind, one sentence each.</summary>
    public async Task<IReadOnlyList<string>> CompareSequencesAsync(BackupIndex index, CancellationToken cancellationToken)
    {
        var differences = new ConcurrentBag<string>();
        await ShareAsync(index.Sequences, async (session, item) => AddTo(differences, await CompareAsync(session, item, cancellationToken)));
        return [.. differences.Order(StringComparer.Ordinal)];
    }

    private static void AddTo(ConcurrentBag<string> differences, string? difference)
    {
        if (difference is not null)
        {
            differences.Add(difference);
        }
    }

    private static TableComparison Excluded(string table) => new()
    {
        Table = table,
        ExpectedRows = 0,
        Outcome = CheckOutcome.NotChecked,
        Detail = "Its rows were left out of the backup on request.",
    };

    private async Task<RestoreProof> ProveContentAsync(BackupIndex index, ContentProof tables, Action<long> compared, CancellationToken cancellationToken)
    {
        foreach (var table in tables.Unplanned)
        {
            await tables.PlanAsync(sessions[0], table, divided: sessions.Count > 1, cancellationToken);
        }

        await Task.WhenAll(sessions.Select(async session =>
        {
            while (tables.TryTake(out var part))
            {
                compared(await tables.ReadAsync(session, part, cancellationToken));
            }
        }));
        var comparisons = tables.Compare();
        var differences = new ConcurrentBag<string>(await CompareLargeObjectSetAsync(index, cancellationToken));
        await ShareAsync(index.LargeObjects, async (session, item) => AddTo(differences, await CompareAsync(session, item, cancellationToken)));
        return new RestoreProof
        {
            Kind = ProofKind.Fingerprints,
            Outcome = !differences.IsEmpty || comparisons.Any(comparison => comparison.Outcome == CheckOutcome.Failed) ? CheckOutcome.Failed : CheckOutcome.Passed,
            Tables = [.. comparisons, .. index.Header.ExcludedData.Select(Excluded)],
            Rows = comparisons.Sum(comparison => comparison.ActualRows ?? 0),
            LargeObjects = index.LargeObjects.Count,
            Differences = [.. differences.Order(StringComparer.Ordinal)],
        };
    }

    private async Task<IEnumerable<string>> CompareLargeObjectSetAsync(BackupIndex index, CancellationToken cancellationToken)
    {
        var rows = await TextRows.ReadAsync(sessions[0], ProofQueries.LargeObjects, cancellationToken);
        var found = rows.Select(row => uint.Parse(row[0], CultureInfo.InvariantCulture)).ToHashSet();
        var expected = index.LargeObjects.Select(item => item.Oid).ToHashSet();
        return expected.Except(found).Select(oid => string.Create(CultureInfo.InvariantCulture, $"The large object {oid} is missing."))
            .Concat(found.Except(expected).Select(oid => string.Create(CultureInfo.InvariantCulture, $"The large object {oid} is not in the backup.")));
    }

    private static async Task<string?> CompareAsync(ICopyOut session, IndexLargeObject expected, CancellationToken cancellationToken)
    {
        var actual = new LargeObjectHash();
        try
        {
            await session.ReadAsync(ProofQueries.LargeObject(expected), actual.Append, cancellationToken);
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.UndefinedObject)
        {
            return null; // Named as missing already.
        }

        return actual.Size == expected.Size && actual.Hash == expected.Hash
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The large object {expected.Oid} differs: {actual.Size} bytes, {expected.Size} in the backup.");
    }

    private static async Task<string?> CompareAsync(ICopyOut session, IndexSequence expected, CancellationToken cancellationToken)
    {
        IReadOnlyList<string[]> rows;
        try
        {
            rows = await TextRows.ReadAsync(session, ProofQueries.Sequence(expected.Name), cancellationToken);
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            rows = [];
        }

        if (rows is not [[var last, var called, var increment]])
        {
            return $"The sequence {expected.Name} is missing.";
        }

        var step = Int128.Parse(increment, CultureInfo.InvariantCulture);
        var actualNext = Int128.Parse(last, CultureInfo.InvariantCulture) + (called == "t" ? step : 0);
        var expectedNext = expected.LastValue + (expected.IsCalled ? step : 0);
        return (step > 0 ? actualNext < expectedNext : actualNext > expectedNext)
            ? string.Create(CultureInfo.InvariantCulture, $"The sequence {expected.Name} is behind: its next value is {actualNext}, {expectedNext} in the backup.")
            : null;
    }

    private async Task ShareAsync<T>(IEnumerable<T> items, Func<ICopyOut, T, Task> work)
    {
        var queue = new ConcurrentQueue<T>(items);
        await Task.WhenAll(sessions.Select(async session =>
        {
            while (queue.TryDequeue(out var item))
            {
                await work(session, item);
            }
        }));
    }
}
