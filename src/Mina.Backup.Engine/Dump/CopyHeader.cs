using System.Text;

namespace Mina.Backup.Engine.Dump;

/// <summary>Reads the COPY statement as pg_dump writes it: <c>COPY schema.table (column, ...) FROM stdin;</c></summary>
internal static class CopyHeader
{
    private const string Start = "COPY ";
    private const string End = " FROM stdin;";

    /// <summary>Table and columns of the statement; false when pg_dump would not write it so.</summary>
    public static bool TryParse(string statement, out string table, out string columns)
    {
        table = "";
        columns = "";
        if (!statement.StartsWith(Start, StringComparison.Ordinal) || !statement.EndsWith(End, StringComparison.Ordinal)
            || statement.Length < Start.Length + End.Length)
        {
            return false;
        }

        var position = Start.Length;
        if (!SkipName(statement, ref position) || statement[position] == '.' && !SkipQualified(statement, ref position))
        {
            return false;
        }

        table = statement[Start.Length..position];
        var rest = statement[position..^End.Length];
        if (rest.Trim().Length == 0)
        {
            return true;
        }

        if (!rest.StartsWith(" (", StringComparison.Ordinal) || !rest.EndsWith(')'))
        {
            return false;
        }

        columns = rest[2..^1];
        return IsColumnList(columns);
    }

    /// <summary>The columns of a list, each as written.</summary>
    public static List<string> SplitColumns(string columns)
    {
        var result = new List<string>();
        var current = new StringBuilder();
        var quoted = false;
        foreach (var character in columns)
        {
            quoted ^= character == '"';
            if (character == ',' && !quoted)
            {
                result.Add(current.ToString().Trim());
                current.Clear();
            }
            else
            {
                current.Append(character);
            }
        }

        if (current.Length > 0)
        {
            result.Add(current.ToString().Trim());
        }

        return result;
    }

    /// <summary>Whether the text is a name with at most one schema before it, quoted where needed, and nothing else.</summary>
    public static bool IsQualifiedName(string text)
    {
        var position = 0;
        return SkipName(text, ref position)
            && (position == text.Length || (text[position] == '.' && SkipQualified(text, ref position) && position == text.Length));
    }

    /// <summary>Whether the text is a list of column names as pg_dump writes it, and nothing else.</summary>
    public static bool IsColumnList(string columns)
    {
        var position = 0;
        while (SkipName(columns, ref position))
        {
            if (position == columns.Length)
            {
                return true;
            }

            if (!columns.AsSpan(position).StartsWith(", ", StringComparison.Ordinal))
            {
                return false;
            }

            position += 2;
        }

        return false;
    }

    private static bool SkipQualified(string text, ref int position)
    {
        position++;
        return SkipName(text, ref position);
    }

    private static bool SkipName(string text, ref int position)
    {
        if (position >= text.Length)
        {
            return false;
        }

        if (text[position] != '"')
        {
            var start = position;
            while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] is '_' or '$' || text[position] >= 0x80))
            {
                position++;
            }

            return position > start && position <= text.Length;
        }

        for (position++; position < text.Length; position++)
        {
            if (text[position] != '"')
            {
                continue;
            }

            if (position + 1 < text.Length && text[position + 1] == '"')
            {
                position++;
                continue;
            }

            position++;
            return true;
        }

        return false;
    }
}
