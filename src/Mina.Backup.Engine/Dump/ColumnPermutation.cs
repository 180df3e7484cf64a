using System.Buffers;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Puts the columns of COPY lines into another order. Partitions loaded through their root are dumped each in its own column
/// order, and fingerprints of the root are comparable only in one.
/// </summary>
internal sealed class ColumnPermutation
{
    private readonly int[] order;
    private readonly ArrayBufferWriter<byte> kept = new();
    private readonly ArrayBufferWriter<byte> result = new();

    private ColumnPermutation(int[] order) => this.order = order;

    /// <summary>The permutation from one column list to another; null when they are the same or hold different columns.</summary>
    public static ColumnPermutation? Between(string from, string to)
    {
        if (from == to)
        {
            return null;
        }

        var source = CopyHeader.SplitColumns(from);
        var order = CopyHeader.SplitColumns(to).Select(column => source.IndexOf(column)).ToArray();
        return order.Length == source.Count && !order.Contains(-1) ? new ColumnPermutation(order) : null;
    }

    /// <summary>Keeps the beginning or middle of a line.</summary>
    public void Keep(ReadOnlySpan<byte> part) => kept.Write(part);

    /// <summary>The line, made of what was kept and its last part, in the new order. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> lastPart)
    {
        kept.Write(lastPart);
        var line = kept.WrittenSpan;
        var fields = new Range[order.Length];
        var count = 0;
        foreach (var field in line.Split((byte)'\t'))
        {
            if (count < fields.Length)
            {
                fields[count] = field;
            }

            count++;
        }

        result.ResetWrittenCount();
        for (var i = 0; count == fields.Length && i < order.Length; i++)
        {
            if (i > 0)
            {
                result.Write("\t"u8);
            }

            result.Write(line[fields[order[i]]]);
        }

        if (count != fields.Length)
        {
            // A line with another number of fields cannot be a sound row; it counts as it stands and will differ.
            result.Write(line);
        }

        kept.ResetWrittenCount();
        return result.WrittenSpan;
    }
}
