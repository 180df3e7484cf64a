using Mina.Backup.Engine.Catalog;

namespace Mina.Backup.Engine.Restore;

/// <summary>COPY runs of one table that one session loads one after the other.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Frozen">
/// Whether they are all of the table, loaded within the transaction that has emptied it: the server then writes the rows as visible to all
/// (COPY FREEZE), which saves it a second writing of every page at the first reading.
/// </param>
internal sealed record LoadUnit(IReadOnlyList<LoadRun> Runs, bool Frozen)
{
    // A table much larger than its share would keep one session busy long after the others have ended.
    private const double GreatestShare = 1.5;

    /// <summary>Id of the table in the index.</summary>
    public int Table => Runs[0].Table;

    /// <summary>Bytes of plain text.</summary>
    public long PlainLength => Runs.Sum(run => run.PlainLength);

    /// <summary>All runs of a backup as units for a number of sessions, the largest first, so that the last session does not end long after the others.</summary>
    public static IReadOnlyList<LoadUnit> Plan(BackupIndex index, int sessions)
    {
        var runs = LoadRun.All(index);
        var share = runs.Sum(run => run.PlainLength) * GreatestShare / sessions;
        return [.. runs
            .GroupBy(run => run.Table)
            .SelectMany(table => Units([.. table], index.Tables[table.Key], share))
            .OrderByDescending(unit => unit.PlainLength)];
    }

    private static IEnumerable<LoadUnit> Units(IReadOnlyList<LoadRun> runs, IndexTable table, double share)
    {
        // What was dumped from a partition root, or in part, is loaded there, and roots cannot be frozen.
        if (table.Sources is null && (runs.Count == 1 || runs.Sum(run => run.PlainLength) <= share))
        {
            return [new LoadUnit(runs, Frozen: true)];
        }

        return runs.Select(run => new LoadUnit([run], Frozen: false));
    }
}
