using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Compares what a dump was found to hold with what was recorded when it was written.</summary>
internal static class ContentComparison
{
    private const int NamedAtMost = 5;

    /// <summary>Differences in the set of tables and their row counts, one sentence; null when there are none.</summary>
    public static string? CompareRows(ScriptSummary found, BackupIndex recorded)
    {
        var differences = new List<string>();
        var rest = found.Tables.ToDictionary(table => table.Name, StringComparer.Ordinal);
        foreach (var table in recorded.Tables)
        {
            if (!rest.Remove(table.Name, out var actual))
            {
                differences.Add($"{table.Name} is missing");
            }
            else if (actual.Rows != table.Rows)
            {
                differences.Add(FormattableString.Invariant($"{table.Name} has {actual.Rows} rows instead of {table.Rows}"));
            }
        }

        differences.AddRange(rest.Keys.Select(name => $"{name} is not recorded"));
        return Sentence(differences);
    }

    /// <summary>Differences in the content of tables, large objects, sequences and schema, one sentence; null when there are none.</summary>
    public static string? CompareContent(ScriptSummary found, BackupIndex recorded)
    {
        var tables = found.Tables.ToDictionary(table => table.Name, StringComparer.Ordinal);
        var differences = recorded.Tables
            .Where(table => !tables.TryGetValue(table.Name, out var actual)
                || actual.Fingerprint != table.Fingerprint
                || actual.Columns != table.Columns
                || actual.Bytes != table.Bytes)
            .Select(table => $"the content of {table.Name} differs")
            .ToList();
        differences.AddRange(Different(found.LargeObjects, recorded.LargeObjects)
            .Select(item => FormattableString.Invariant($"large object {item.Oid} differs")));
        differences.AddRange(Different(found.Sequences, recorded.Sequences).Select(item => $"sequence {item.Name} differs"));
        if (CompareSchema(found, recorded) is { } problem)
        {
            differences.Add(problem);
        }

        return Sentence(differences.Distinct(StringComparer.Ordinal).ToList());
    }

    /// <summary>Whether the schema's statements are others than those recorded, half a sentence; null when they are not, or none were recorded.</summary>
    public static string? CompareSchema(ScriptSummary found, BackupIndex recorded) =>
        recorded.Header.Schema is { } schema && schema != found.Schema ? "the schema's statements differ" : null;

    /// <summary>Where the members are not those of the index, one sentence; null when they are.</summary>
    public static string? CompareMembers(IReadOnlyList<MemberLocation> found, BackupIndex recorded)
    {
        if (found.Count != recorded.Members.Count)
        {
            return FormattableString.Invariant($"The file has {found.Count} members; the index lists {recorded.Members.Count}.");
        }

        for (var number = 0; number < found.Count; number++)
        {
            var (actual, expected) = (found[number], recorded.Members[number]);
            if (actual.Offset != expected.Offset
                || actual.Length != expected.Length
                || actual.PlainLength != expected.PlainLength
                || actual.Sha256 != expected.Sha256)
            {
                return FormattableString.Invariant($"Member {number} is not the one that the index lists.");
            }
        }

        return null;
    }

    /// <summary>Where two indexes of one backup record different content, one sentence; null when they agree. Members are not compared.</summary>
    public static string? CompareRecords(BackupIndex one, BackupIndex other) =>
        IndexSerializer.WriteProof(one).Zip(IndexSerializer.WriteProof(other), (mine, theirs) => mine.Span.SequenceEqual(theirs.Span)).All(same => same)
        && (one.Tables.Count, one.LargeObjects.Count, one.Sequences.Count) == (other.Tables.Count, other.LargeObjects.Count, other.Sequences.Count)
            ? null
            : "The index and the record at the file's end differ.";

    private static HashSet<T> Different<T>(IReadOnlyList<T> found, IReadOnlyList<T> recorded)
    {
        var missing = new HashSet<T>(recorded);
        missing.SymmetricExceptWith(found);
        return missing;
    }

    private static string? Sentence(List<string> differences) => differences.Count switch
    {
        0 => null,
        <= NamedAtMost => $"{string.Join("; ", differences)}.",
        _ => FormattableString.Invariant(
            $"{string.Join("; ", differences.Take(NamedAtMost))}; and {differences.Count - NamedAtMost} more differences."),
    };
}
