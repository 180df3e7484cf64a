using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;

namespace Mina.Backup.Engine.Dump;

/// <summary>Puts together what was scanned, what the catalog said and where the members stand.</summary>
public static class IndexBuilder
{
    /// <summary>The index without its members, as the proof member repeats it.</summary>
    /// <param name="header">Header of the index.</param>
    /// <param name="summary">What the dump held.</param>
    /// <param name="sources">Tables that a re-scan cannot read by name alone, as <see cref="SourceCatalog.ReadSourcesAsync"/> gives them.</param>
    public static BackupIndex Build(IndexHeader header, ScriptSummary summary, IReadOnlyDictionary<string, IReadOnlyList<IndexSource>> sources) => new()
    {
        Header = header with { Schema = summary.Schema },
        Tables = [.. summary.Tables.Select(table => new IndexTable
        {
            Name = table.Name,
            Columns = table.Columns,
            Rows = table.Rows,
            Bytes = table.Bytes,
            Fingerprint = table.Fingerprint,
            Sources = SourcesOf(table, sources),
        })],
        LargeObjects = summary.LargeObjects,
        Sequences = summary.Sequences,
        Members = [],
    };

    /// <summary>Entries of the index for the members of a file.</summary>
    /// <param name="tables">Tables of the index.</param>
    /// <param name="tags">What each member holds, in file order.</param>
    /// <param name="locations">Where each member stands, in file order.</param>
    public static IReadOnlyList<IndexMember> Members(IReadOnlyList<IndexTable> tables, IReadOnlyList<MemberTag> tags, IReadOnlyList<MemberLocation> locations)
    {
        var ids = tables.Select((table, id) => (table.Name, id)).ToDictionary(entry => entry.Name, entry => entry.id, StringComparer.Ordinal);
        // Runs come from several scanners, each of which counts its own; in the file they count by their place.
        var runs = new Dictionary<CopyRun, int>(ReferenceEqualityComparer.Instance);
        int NumberOf(CopyRun run) => runs.TryGetValue(run, out var number) ? number : runs[run] = runs.Count;
        return [.. tags.Zip(locations, (tag, location) => new IndexMember
        {
            Section = tag.Section,
            Table = tag.Run is { } run ? ids[run.Table] : null,
            Run = tag.Run is { } counted ? NumberOf(counted) : null,
            Offset = location.Offset,
            Length = location.Length,
            PlainLength = location.PlainLength,
            Rows = tag.Rows,
            Sha256 = location.Sha256,
        })];
    }

    private static IReadOnlyList<IndexSource>? SourcesOf(ScannedTable table, IReadOnlyDictionary<string, IReadOnlyList<IndexSource>> sources)
    {
        if (!sources.TryGetValue(DumpedName.Normalize(table.Name), out var from))
        {
            // A pg_dump that has further reasons to load through a root: all of the root then.
            from = table.LoadsViaPartitionRoot ? [new IndexSource(table.Name, null)] : [];
        }

        return from.Count == 0 ? null : from;
    }
}
