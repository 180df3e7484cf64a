using System.IO.Enumeration;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Decides which transactions were asked for, and how big each is by what was asked.</summary>
/// <param name="request">What was asked.</param>
/// <param name="names">Names of files over time.</param>
internal sealed class TransactionFilter(FindTransactionRequest request, NameHistory names)
{
    private readonly long after = request.After is { } time ? time.UtcTicks : long.MinValue;
    private readonly long before = request.Before is { } time ? time.UtcTicks : long.MaxValue;
    private readonly HashSet<TransactionOperation> operations = [.. request.Operations];

    /// <summary>Transactions that touched files of unknown name, and were left out as tables were asked for by name.</summary>
    public long Unnamed { get; private set; }

    /// <summary>Tables asked for that no record of names knows.</summary>
    public IReadOnlyList<string> UnknownTables =>
        [.. request.Tables.Where(table => !table.Contains('/', StringComparison.Ordinal) && !names.Names.Any(name => IsName([table], name)))];

    /// <summary>Whether it committed in the time asked for.</summary>
    public bool IsInTime(in TransactionEnd end) => end.Time >= after && end.Time < before;

    /// <summary>Rows that it touched by what was asked, <see cref="long.MaxValue"/> when a table of unknown size went; null when it was not asked for.</summary>
    public long? Measure(IReadOnlyList<TableChange> changes)
    {
        long rows = 0;
        var unnamed = false;
        foreach (var change in changes)
        {
            if (Matches(change))
            {
                var touched = change.RowsOf(operations);
                rows = touched > long.MaxValue - rows ? long.MaxValue : rows + touched;
            }
            else
            {
                unnamed |= change.Relation is null && change.RowsOf(operations) > 0;
            }
        }

        Unnamed += unnamed && rows == 0 && request.Tables.Count > 0 ? 1 : 0;
        return rows > 0 && rows >= request.MinimumRows ? rows : null;
    }

    private static bool Matches(IReadOnlyList<string> patterns, string text) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false));

    private bool Matches(TableChange change) =>
        (request.DatabaseNames.Count == 0 || (change.Database is { } database && Matches(request.DatabaseNames, database)))
        && (request.Tables.Count == 0 || Matches(request.Tables, change.File.ToString()) || (change.Relation is { } known && MatchesAnyName(known)));

    // Also by a name that it had before or since: who lost rows knows one of them.
    private bool MatchesAnyName(NamedRelation relation)
    {
        var all = names.NamesOf(relation.DatabaseOid, relation.Table.Oid);
        if (relation.Root is { } root)
        {
            all = all.Concat(names.NamesOf(relation.DatabaseOid, root.Oid));
        }

        return all.Any(name => IsName(request.Tables, name));
    }

    private static bool IsName(IReadOnlyList<string> patterns, (string Schema, string Name) name) =>
        Matches(patterns, name.Name) || Matches(patterns, $"{name.Schema}.{name.Name}");
}
