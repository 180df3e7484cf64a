using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Keeps the first rows of each kind of difference.</summary>
/// <param name="merge">The walk that finds them.</param>
/// <param name="most">How many of each kind.</param>
internal sealed class RowSamples(RowMerge merge, int most)
{
    private readonly Dictionary<PitrRowDifference, List<PitrRowSample>> samples = [];

    /// <summary>All of them, by kind.</summary>
    public IReadOnlyList<PitrRowSample> All => [.. samples.OrderBy(item => item.Key).SelectMany(item => item.Value)];

    /// <summary>Takes the row that a stream stands on.</summary>
    public void Add(PitrRowDifference kind, RowStream row)
    {
        if (!samples.TryGetValue(kind, out var known))
        {
            samples.Add(kind, known = []);
        }

        if (known.Count < most)
        {
            known.Add(new PitrRowSample
            {
                Difference = kind,
                Key = merge.Describe(row),
                Columns = kind == PitrRowDifference.Changed ? merge.ChangedColumns() : [],
            });
        }
    }
}
