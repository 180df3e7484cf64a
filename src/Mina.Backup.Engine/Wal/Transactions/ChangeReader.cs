using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Says what a transaction did to which tables: files become names, TOAST goes to its table, catalogs go.</summary>
/// <param name="names">Names of files over time.</param>
/// <param name="tellsDropped">Whether the server's version tells dropped relations from emptied ones: 15 and later.</param>
internal sealed class ChangeReader(NameHistory names, bool tellsDropped)
{
    private readonly Dictionary<(TransactionShape, int), IReadOnlyList<TableChange>> known = [];

    /// <summary>The tables of a transaction; none when it touched catalogs alone. The list may be shared: do not change it.</summary>
    public IReadOnlyList<TableChange> Read(FoldedTransaction transaction)
    {
        var epoch = names.EpochAt(new Lsn(transaction.End.Start));
        if (transaction.End.Details is { DroppedFiles.Length: > 0 } details)
        {
            return ReadWithDrops(transaction, details, epoch);
        }

        if (transaction.Work is not { } work)
        {
            return [];
        }

        if (!known.TryGetValue((work, epoch), out var changes))
        {
            known.Add((work, epoch), changes = [.. ReadRows(work, epoch, []).Values.Where(change => change.Matters)]);
        }

        return changes;
    }

    private static TableKey KeyOf(RelationFile file, NamedRelation? relation) =>
        relation is null ? new TableKey(0, 0, file) : new TableKey(relation.DatabaseOid, relation.Table.Oid, default);

    private Dictionary<TableKey, TableChange> ReadRows(TransactionShape work, int epoch, HashSet<RelationFile> except)
    {
        Dictionary<TableKey, TableChange> changes = [];
        foreach (var tally in work.Tallies)
        {
            if (except.Contains(tally.File))
            {
                continue;
            }

            var relation = names.Find(tally.File, epoch);
            if (relation is { IsSystem: true })
            {
                continue;
            }

            var change = Find(changes, tally.File, relation);
            if (relation is null or { IsMain: true })
            {
                change.Inserted += Math.Max(0, tally.Inserted);
                change.Updated += tally.Updated;
                change.Deleted += tally.Deleted;
            }
        }

        return changes;
    }

    private List<TableChange> ReadWithDrops(FoldedTransaction transaction, TransactionDetails details, int epoch)
    {
        var created = transaction.Work?.Created ?? [];
        // What came and went within the transaction is nobody's loss.
        var gone = details.DroppedFiles.Except(created).Where(file => file.Tablespace != RelationFile.GlobalTablespace).ToList();
        var tables = gone.Select(file => (File: file, Relation: names.Find(file, epoch)))
            .Where(item => item.Relation is { IsMain: true, IsSystem: false })
            .ToList();
        var swapped = SwappedFiles(created, details);
        Learn(tables, created, swapped);
        var rewritten = tables.Where(item => IsRewritten(item.Relation!, details, swapped, tables.Count, epoch)).Select(item => item.File).ToHashSet();
        // The rows that a rewrite puts into the new file are the old ones.
        var changes = transaction.Work is { } work ? ReadRows(work, epoch, rewritten.Count > 0 ? [.. created] : []) : [];
        foreach (var (file, relation) in tables.Where(item => !rewritten.Contains(item.File)))
        {
            var change = Find(changes, file, relation);
            var dropped = IsDropped(relation!, details, transaction.Work, epoch);
            change.IsDropped |= dropped ?? true;
            change.IsTruncated |= !(dropped ?? false);
        }

        if (tables.Count == 0 && gone.Where(file => names.Find(file, epoch) is null).OrderBy(file => file.Filenode).Take(1).ToList() is [var unknown])
        {
            // A table that nobody wrote down; the smallest number is the table's own, its TOAST table and indexes follow.
            var change = Find(changes, unknown, null);
            change.IsDropped = true;
            change.IsTruncated = created.Length > 0;
        }

        return [.. changes.Values.Where(change => change.Matters)];
    }

    /// <summary>Where one table gave up its file, it got the first new one: TOAST table and indexes follow. Until the next map nobody else knows.</summary>
    private void Learn(List<(RelationFile File, NamedRelation? Relation)> tables, RelationFile[] created, List<RelationFile> swapped)
    {
        if (tables is [var (_, relation)] && (swapped.Count > 0 ? swapped : created.ToList()) is [var first, ..])
        {
            names.Learn(first, relation!);
        }
    }

    /// <summary>New files that outlive the transaction although what they were created for was dropped: a rewrite has swapped them into another table's place.</summary>
    private static List<RelationFile> SwappedFiles(RelationFile[] created, TransactionDetails details)
    {
        // A new table's first file has its OID for a number.
        var dropped = details.DroppedRelations.Select(relation => (relation.Database, relation.Oid)).ToHashSet();
        return [.. created.Where(file => dropped.Contains((file.Database, file.Filenode)) && !details.DroppedFiles.Contains(file))];
    }

    private bool IsRewritten(NamedRelation relation, TransactionDetails details, List<RelationFile> swapped, int tables, int epoch)
    {
        if (swapped.Count == 0 || details.DroppedRelations.Contains(new DroppedRelation(relation.DatabaseOid, relation.Table.Oid)))
        {
            return false;
        }

        // With several tables in one transaction only a later map tells which one got the new file; in doubt it counts as emptied, and is told.
        return tables == 1 || swapped.Any(file => names.Find(file, epoch) is { } later && later.Table.Oid == relation.Table.Oid);
    }

    private bool? IsDropped(NamedRelation relation, TransactionDetails details, TransactionShape? work, int epoch)
    {
        if (tellsDropped)
        {
            return details.DroppedRelations.Contains(new DroppedRelation(relation.DatabaseOid, relation.Table.Oid));
        }

        if (names.ExistsAfter(epoch, relation.DatabaseOid, relation.Table.Oid) is { } exists)
        {
            return !exists;
        }

        // Every file that goes with a drop takes its row out of pg_class along; a truncation takes none.
        return work is null or { CatalogDeletes: 0 } ? false : work.CatalogDeletes >= details.DroppedFiles.Length ? true : null;
    }

    private TableChange Find(Dictionary<TableKey, TableChange> changes, RelationFile file, NamedRelation? relation)
    {
        var key = KeyOf(file, relation);
        if (!changes.TryGetValue(key, out var change))
        {
            changes.Add(key, change = new TableChange(file, relation, relation?.Database ?? names.DatabaseOf(file)));
        }

        return change;
    }

    // A table by its OID, as its file may change within a transaction; by its file where nothing else is known.
    private readonly record struct TableKey(uint Database, uint Oid, RelationFile File);
}
