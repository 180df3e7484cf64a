using System.Buffers.Binary;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Walks both sides of a table in the order of its key and tells where they differ.</summary>
/// <param name="plan">How the sides meet.</param>
/// <param name="branch">Rows of the branch.</param>
/// <param name="live">Rows of the live database; null when the table is not there.</param>
/// <param name="flagged">Whether each row carries, behind its key, whether it was asked for.</param>
internal sealed class RowMerge(RowPlan plan, RowStream branch, RowStream? live, bool flagged)
{
    /// <summary>Takes one difference; the rows are those that the streams stand on.</summary>
    public delegate ValueTask Difference(PitrRowDifference kind, RowStream row);

    /// <summary>Rows of the branch that were asked for.</summary>
    public long BranchRows { get; private set; }

    /// <summary>Rows of the live database that were asked for.</summary>
    public long LiveRows { get; private set; }

    /// <summary>Rows that the live database lacks.</summary>
    public long Missing { get; private set; }

    /// <summary>Rows with other values.</summary>
    public long Changed { get; private set; }

    /// <summary>Rows that only the live database has.</summary>
    public long Extra { get; private set; }

    /// <summary>Walks to the end of both sides.</summary>
    /// <param name="found">Told of each difference.</param>
    /// <param name="step">Called now and then with the rows walked.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public async Task RunAsync(Difference found, Action<long> step, CancellationToken cancellationToken)
    {
        const int StepRows = 1 << 14;
        await branch.MoveNextAsync(cancellationToken);
        if (live is not null)
        {
            await live.MoveNextAsync(cancellationToken);
        }

        for (long walked = 1; branch.HasRow || live is { HasRow: true }; walked++)
        {
            if (walked % StepRows == 0)
            {
                step(branch.Rows + (live?.Rows ?? 0));
            }

            var order = live is not { HasRow: true } ? -1 : branch.HasRow ? Compare(live) : 1;
            await (order switch
            {
                < 0 => TakeBranchAsync(found, cancellationToken),
                > 0 => TakeLiveAsync(live!, found, cancellationToken),
                _ => TakeBothAsync(live!, found, cancellationToken),
            });
        }

        step(branch.Rows + (live?.Rows ?? 0));
    }

    /// <summary>Columns in which the rows that both sides stand on differ.</summary>
    public IReadOnlyList<string> ChangedColumns()
    {
        List<string> changed = [];
        var left = branch.Payload;
        var right = live!.Payload;
        foreach (var column in plan.Columns)
        {
            if (!TakeField(ref left).SequenceEqual(TakeField(ref right)))
            {
                changed.Add(column.Name);
            }
        }

        return changed;
    }

    /// <summary>The key of a stream's row as an operator reads it.</summary>
    public string Describe(RowStream row)
    {
        List<string> parts = [];
        for (var i = 0; i < plan.Key.Count; i++)
        {
            parts.Add(plan.Key[i].Describe(row.Key(i)));
        }

        return string.Join(", ", parts);
    }

    /// <summary>A field with its length in front, so that NULL and an empty value differ.</summary>
    private static ReadOnlySpan<byte> TakeField(ref ReadOnlySpan<byte> fields)
    {
        var length = 4 + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(fields));
        var field = fields[..length];
        fields = fields[length..];
        return field;
    }

    private int Compare(RowStream other)
    {
        for (var i = 0; i < plan.Key.Count; i++)
        {
            var order = plan.Key[i].Compare(branch.Key(i), other.Key(i));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private bool IsAskedFor(RowStream row) => !flagged || row.Key(plan.Key.Count)[0] != 0;

    private async ValueTask TakeBranchAsync(Difference found, CancellationToken cancellationToken)
    {
        if (IsAskedFor(branch))
        {
            BranchRows++;
            Missing++;
            await found(PitrRowDifference.Missing, branch);
        }

        await branch.MoveNextAsync(cancellationToken);
    }

    private async ValueTask TakeLiveAsync(RowStream other, Difference found, CancellationToken cancellationToken)
    {
        if (IsAskedFor(other))
        {
            LiveRows++;
            Extra++;
            await found(PitrRowDifference.Extra, other);
        }

        await other.MoveNextAsync(cancellationToken);
    }

    private async ValueTask TakeBothAsync(RowStream other, Difference found, CancellationToken cancellationToken)
    {
        var asked = IsAskedFor(branch);
        BranchRows += asked ? 1 : 0;
        LiveRows += IsAskedFor(other) ? 1 : 0;
        if (asked && !branch.Payload.SequenceEqual(other.Payload))
        {
            Changed++;
            await found(PitrRowDifference.Changed, branch);
        }

        await branch.MoveNextAsync(cancellationToken);
        await other.MoveNextAsync(cancellationToken);
    }
}
