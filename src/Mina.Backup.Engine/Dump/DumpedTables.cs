namespace Mina.Backup.Engine.Dump;

/// <summary>Puts together what several scanners found of one dump.</summary>
internal static class DumpedTables
{
    /// <summary>The main script's summary with the tables of the pieces added, in the order of each table's first run in the file.</summary>
    public static ScriptSummary Merge(ScriptSummary main, IEnumerable<ScriptSummary> pieces, IEnumerable<MemberTag> fileOrder)
    {
        var tables = new Dictionary<string, ScannedTable>(StringComparer.Ordinal);
        foreach (var table in pieces.Prepend(main).SelectMany(summary => summary.Tables))
        {
            tables[table.Name] = tables.TryGetValue(table.Name, out var known) ? Add(known, table) : table;
        }

        var names = fileOrder.Select(tag => tag.Run?.Table).OfType<string>().Distinct(StringComparer.Ordinal);
        return main with { Tables = [.. names.Select(name => tables[name])] };
    }

    private static ScannedTable Add(ScannedTable one, ScannedTable other) => one with
    {
        Rows = one.Rows + other.Rows,
        Bytes = one.Bytes + other.Bytes,
        Fingerprint = one.Fingerprint.Add(other.Fingerprint),
        Runs = one.Runs + other.Runs,
    };
}
