using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Checks that an index agrees with itself, so that nobody who uses offsets and counts has to distrust them again.</summary>
internal static class IndexValidation
{
    /// <summary>What is wrong, as half a sentence; null when nothing is.</summary>
    public static string? FindProblem(BackupIndex index)
    {
        if (index.Tables.Any(table => table.Rows < 0 || table.Bytes < table.Rows || table.Name.Length == 0))
        {
            return "a table's counts are impossible";
        }

        if (index.LargeObjects.Any(largeObject => largeObject.Size < 0))
        {
            return "a large object's size is impossible";
        }

        return index.Members.Count == 0 ? null : FindMemberProblem(index);
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

            if (!Enum.IsDefined(member.Section) || member.Section == DumpSection.Whole || !Sha256Text.IsValid(member.Sha256))
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
