using System.Globalization;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Dump;

/// <summary>A part of a table that one COPY reads: all of it, or the rows in a range of its blocks.</summary>
/// <param name="Table">Qualified name, quoted where needed.</param>
/// <param name="Columns">Its columns without generated ones, quoted where needed.</param>
/// <param name="FirstBlock">First block of the range; null for the whole table.</param>
/// <param name="EndBlock">Block behind the range; null for all that follow.</param>
internal sealed record TablePiece(string Table, string Columns, long? FirstBlock, long? EndBlock)
{
    /// <summary>Cuts a table into ranges of about the same number of blocks, without gaps and without end.</summary>
    public static IEnumerable<TablePiece> Cut(string table, string columns, long blocks, int pieces) =>
        Enumerable.Range(0, pieces).Select(i =>
            new TablePiece(table, columns, blocks * i / pieces, i == pieces - 1 ? null : blocks * (i + 1) / pieces));

    /// <summary>The statement that reads it, in the form and encoding of the dump.</summary>
    public string ToCopyOut(string encoding)
    {
        var rows = FirstBlock is { } first
            ? string.Create(CultureInfo.InvariantCulture, $"(SELECT {Columns} FROM ONLY {Table} WHERE ctid >= '({first},0)'{Until()})")
            : $"{Table} ({Columns})";
        return $"COPY {rows} TO STDOUT WITH (ENCODING {SqlText.Literal(encoding)})";
    }

    /// <summary>The statement in the dump that loads it, as pg_dump writes it.</summary>
    public string ToCopyIn() => $"COPY {Table} ({Columns}) FROM stdin;\n";

    // Open at the end: what stands behind the last block that was counted belongs to the last range.
    private string Until() => EndBlock is { } end ? string.Create(CultureInfo.InvariantCulture, $" AND ctid < '({end},0)'") : "";
}
