using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>The comparison of a copy's tables with the index, in parts that any number of sessions read, the largest first. Safe for use by several threads.</summary>
internal sealed class ContentProof
{
    private const long PartBytes = 32L << 20;
    private const int MostParts = 1000;

    private readonly BackupIndex index;
    private readonly TableProof[] tables;
    private readonly HashSet<int> planned = [];
    private readonly PriorityQueue<ProofPart, long> waiting = new();
    private readonly Lock gate = new();

    public ContentProof(BackupIndex index)
    {
        this.index = index;
        tables = [.. index.Tables.Select(table => new TableProof(table))];
    }

    /// <summary>Tables that were not planned yet.</summary>
    public IReadOnlyList<int> Unplanned
    {
        get
        {
            lock (gate)
            {
                return [.. Enumerable.Range(0, tables.Length).Where(table => !planned.Contains(table))];
            }
        }
    }

    /// <summary>Lines up the parts of a table, once.</summary>
    /// <param name="session">A session on the copy.</param>
    /// <param name="id">Id of the table.</param>
    /// <param name="divided">Whether a large one is to be read in parts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PlanAsync(ICopyOut session, int id, bool divided, CancellationToken cancellationToken)
    {
        var table = index.Tables[id];
        // Tables without a name of their own to read, or without columns, are read as a whole.
        var count = divided && table.Sources is null && table.Columns.Length > 0 ? (int)Math.Min(table.Bytes / PartBytes, MostParts) : 0;
        var blocks = count > 1 ? await BlocksAsync(session, table.Name, cancellationToken) : 0;
        IEnumerable<ProofPart> parts = blocks < count || count < 2
            ? [new ProofPart(id, table.Bytes, ProofQueries.Table(table, index.Header.ClientEncoding))]
            : TablePiece.Cut(table.Name, table.Columns, blocks, count)
                .Select(piece => new ProofPart(id, table.Bytes / count, piece.ToCopyOut(index.Header.ClientEncoding)));
        lock (gate)
        {
            if (planned.Add(id))
            {
                waiting.EnqueueRange(parts.Select(part => (part, -part.Bytes)));
            }
        }
    }

    /// <summary>Takes the largest part that waits. Whoever takes it must read it.</summary>
    public bool TryTake([NotNullWhen(true)] out ProofPart? part)
    {
        lock (gate)
        {
            return waiting.TryDequeue(out part, out _);
        }
    }

    /// <summary>Reads a part; returns its rows.</summary>
    public Task<long> ReadAsync(ICopyOut session, ProofPart part, CancellationToken cancellationToken) =>
        tables[part.Table].ReadAsync(session, part.Copy, cancellationToken);

    /// <summary>The outcome of each table, once every part was read.</summary>
    public IReadOnlyList<TableComparison> Compare() => [.. tables.Select(table => table.Compare())];

    private static async Task<long> BlocksAsync(ICopyOut session, string table, CancellationToken cancellationToken)
    {
        var rows = await TextRows.ReadAsync(session, ProofQueries.Blocks(table), cancellationToken);
        return rows is [[var blocks]] ? long.Parse(blocks, CultureInfo.InvariantCulture) : 0;
    }
}
