using System.Collections.Concurrent;
using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Reads a restored copy back and compares it with the index: rows and fingerprint of every table, size and hash of every large object,
/// and sequences, which may be ahead of the snapshot but never behind. Several sessions share the work.
/// </summary>
internal sealed class CopyProver
{
    private const long PartBytes = 32L << 20;
    private const int MostParts = 1000;

    private readonly IReadOnlyList<ICopyOut> sessions;

    public CopyProver(IReadOnlyList<ICopyOut> sessions) => this.sessions = sessions;

    /// <summary>Compares everything that the index records.</summary>
    /// <param name="index">What the backup recorded.</param>
    /// <param name="compared">Called with the rows of each table compared.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public async Task<RestoreProof> ProveAsync(BackupIndex index, Action<long> compared, CancellationToken cancellationToken)
    {
        var content = await ProveContentAsync(index, compared, cancellationToken);
        var behind = await CompareSequencesAsync(index, cancellationToken);
        return content with
        {
            Outcome = behind.Count > 0 ? CheckOutcome.Failed : content.Outcome,
            Sequences = index.Sequences.Count,
            Differences = [.. content.Differences.Concat(behind).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Compares tables and large objects.</summary>
    public async Task<RestoreProof> ProveContentAsync(BackupIndex index, Action<long> compared, CancellationToken cancellationToken)
    {
        var tables = index.Tables.Select(table => new TableProof(table)).ToList();
        await ShareAsync(
            (await PlanAsync(index, cancellationToken)).OrderByDescending(part => part.Bytes),
            async (session, part) => compared(await tables[part.Table].ReadAsync(session, part.Copy, cancellationToken)));
        IReadOnlyList<TableComparison> comparisons = [.. tables.Select(table => table.Compare())];
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

    private async Task<IReadOnlyList<ProofPart>> PlanAsync(BackupIndex index, CancellationToken cancellationToken)
    {
        var parts = new List<ProofPart>();
        foreach (var (id, table) in index.Tables.Index())
        {
            // Tables without a name of their own to read, or without columns, are read as a whole.
            var count = sessions.Count > 1 && table.Sources is null && table.Columns.Length > 0 ? (int)Math.Min(table.Bytes / PartBytes, MostParts) : 0;
            var blocks = count > 1 ? await BlocksAsync(table.Name, cancellationToken) : 0;
            if (blocks < count || count < 2)
            {
                parts.Add(new ProofPart(id, table.Bytes, ProofQueries.Table(table, index.Header.ClientEncoding)));
                continue;
            }

            parts.AddRange(TablePiece.Cut(table.Name, table.Columns, blocks, count)
                .Select(piece => new ProofPart(id, table.Bytes / count, piece.ToCopyOut(index.Header.ClientEncoding))));
        }

        return parts;
    }

    private async Task<long> BlocksAsync(string table, CancellationToken cancellationToken)
    {
        var rows = await TextRows.ReadAsync(sessions[0], ProofQueries.Blocks(table), cancellationToken);
        return rows is [[var blocks]] ? long.Parse(blocks, CultureInfo.InvariantCulture) : 0;
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

    private sealed record ProofPart(int Table, long Bytes, string Copy);
}
