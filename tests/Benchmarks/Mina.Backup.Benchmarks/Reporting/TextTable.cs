using System.Text;

namespace Mina.Backup.Benchmarks.Reporting;

/// <summary>A table of texts, the first column to the left and the others to the right; for a terminal and as Markdown alike.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> rows = [];

    /// <summary>Adds a row with one cell per heading.</summary>
    public void Add(params string[] cells) => rows.Add([.. cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))]);

    /// <inheritdoc/>
    public override string ToString()
    {
        var widths = headings.Select((heading, column) => Math.Max(3, rows.Select(row => row[column].Length).Append(heading.Length).Max())).ToArray();
        var text = new StringBuilder();
        Append(text, headings, widths);
        Append(text, [.. widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":")], widths);
        foreach (var row in rows)
        {
            Append(text, row, widths);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string[] cells, int[] widths)
    {
        for (var column = 0; column < cells.Length; column++)
        {
            text.Append("| ").Append(column == 0 ? cells[column].PadRight(widths[column]) : cells[column].PadLeft(widths[column])).Append(' ');
        }

        text.Append("|\n");
    }
}
