namespace Mina.Backup.Benchmarks.Measuring;

/// <summary>All runs of one contestant.</summary>
/// <param name="Name">The contestant.</param>
/// <param name="Command">What was run.</param>
/// <param name="Runs">Its runs, in order.</param>
internal sealed record Result(string Name, string Command, IReadOnlyList<Measurement> Runs)
{
    /// <summary>Medians of everything that was measured.</summary>
    public Measurement Median { get; } = new()
    {
        Seconds = MedianOf(Runs, run => run.Seconds),
        CpuSeconds = MedianOf(Runs, run => run.CpuSeconds),
        ServerCpuSeconds = MedianOf(Runs, run => run.ServerCpuSeconds),
        TreePeakBytes = (long)MedianOf(Runs, run => run.TreePeakBytes),
        OutputBytes = Runs[0].OutputBytes is null ? null : (long)MedianOf(Runs, run => run.OutputBytes ?? 0),
        Figures = Runs[0].Figures.Keys.ToDictionary(name => name, name => MedianOf(Runs, run => run.Figures[name])),
    };

    private static double MedianOf(IReadOnlyList<Measurement> runs, Func<Measurement, double> select)
    {
        var sorted = runs.Select(select).Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
