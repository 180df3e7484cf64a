namespace Mina.Backup.Benchmarks.Reporting;

/// <summary>One thing that the product promises to be fast or small at, as measured.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Measured">Median, or ratio of medians.</param>
/// <param name="Must">The greatest acceptable value.</param>
/// <param name="Aim">The value aimed at; null where there is none beyond <paramref name="Must"/>.</param>
/// <param name="Unit">Unit of all three; empty for ratios.</param>
internal sealed record Bar(string What, double Measured, double Must, double? Aim = null, string Unit = "")
{
    /// <summary>Where the measured value stands.</summary>
    public string Verdict => Measured <= Aim ? "aim" : Measured <= Must ? "reached" : "missed";
}
