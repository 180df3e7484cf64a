namespace Mina.Backup.Benchmarks.Measuring;

/// <summary>What one run of one contestant cost.</summary>
internal sealed record Measurement
{
    /// <summary>Elapsed seconds from the start of the first process to the end of the last one.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds of processor time of all its processes, user and system.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Seconds of processor time of the database sessions that it opened.</summary>
    public double ServerCpuSeconds { get; init; }

    /// <summary>Largest resident size of all its processes together, as sampled, in bytes; 0 when it ended before the first sample.</summary>
    public long TreePeakBytes { get; init; }

    /// <summary>Size in bytes of what it wrote; null when it writes nothing.</summary>
    public long? OutputBytes { get; init; }

    /// <summary>What the contestant told about itself: seconds, or bytes where the name ends in "Bytes".</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();
}
