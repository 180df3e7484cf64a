using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Checks that an index agrees with itself and that what becomes part of SQL is what it claims to be, so that nobody who uses it has to
/// distrust it again. An index is no more trustworthy than the place that it lies in.
/// </summary>
internal static class IndexValidation
{
    /// <summary>What is wrong, as half a sentence; null when nothing is.</summary>
    public static string? FindProblem(BackupIndex index)
    {
        if (FindTextProblem(index) is { } problem)
        {
            return problem;
        }

        if (index.Tables.Any(table => table.Rows < 0 || table.Bytes < table.Rows))
        {
            return "a table's counts are impossible";
        }

        if (index.LargeObjects.Any(largeObject => largeObject.Size < 0))
        {
            return "a large object's size is impossible";
        }

        return index.Members.Count == 0 ? null : FindMemberProblem(index);
    }

    private static string? FindTextProblem(BackupIndex index)
    {
        if (index.Header.Database.LocaleProvider is not ("libc" or "icu" or "builtin"))
        {
            return "the locale provider is not one";
        }

        if (index.Tables.Any(table => !CopyHeader.IsQualifiedName(table.Name) || (table.Columns.Length > 0 && !CopyHeader.IsColumnList(table.Columns))))
        {
            return "a table's name or columns are not written as pg_dump writes them";
        }

        if (index.Tables.Any(table => table.Sources is { } sources
            && (sources.Count == 0 || sources.Any(source => !CopyHeader.IsQualifiedName(source.Name) || !SourceFilter.IsValid(source.Filter)))))
        {
            return "a table's source is not one";
        }

        return index.Sequences.All(sequence => CopyHeader.IsQualifiedName(sequence.Name)) ? null : "a sequence's name is not one";
    }

    private static string? FindMemberProblem(BackupIndex index)
    {
        var rows = new long[index.Tables.Count];
        long offset = 0;
        foreach (var member in index.Members)
        {
            if (member.Offset != offset || member.Length <= 0 || member.PlainLength < 0 || member.Rows < 0)
            {
                return "its members do not follow one another";
            }

            if (!Enum.IsDefined(member.Section) || !Sha256Text.IsValid(member.Sha256))
            {
                return "a member's section or hash is not one";
            }

            if ((member.Table is null) != (member.Run is null) || member.Run < 0 || (member.Table is null && member.Rows > 0))
            {
                return "a member's table and run contradict each other";
            }

            if (member.Table is { } table)
            {
                if (table < 0 || table >= rows.Length)
                {
                    return "a member belongs to a table that is not listed";
                }

                rows[table] += member.Rows;
            }

            offset += member.Length;
        }

        return rows.Index().Any(item => item.Item != index.Tables[item.Index].Rows)
            ? "rows per member do not add up to a table's rows"
            : null;
    }
}
