using System.Globalization;

namespace Mina.Backup.Model;

/// <summary>A measured objective beside its target.</summary>
public sealed record DrillObjective
{
    /// <summary>What was measured; null when it could not be.</summary>
    public TimeSpan? Measured { get; init; }

    /// <summary>What is allowed; null when no target was set.</summary>
    public TimeSpan? Target { get; init; }

    /// <summary>What the measured value stands for, in a few words.</summary>
    public required string Basis { get; init; }

    /// <summary>Whether the target was met; null when either side is missing.</summary>
    public bool? IsMet => Measured is null || Target is null ? null : Measured <= Target;

    /// <summary>What was measured beside its target, the same in every culture.</summary>
    public override string ToString() => $"{Measured?.ToString("c", CultureInfo.InvariantCulture) ?? "unknown"} of {Target?.ToString("c", CultureInfo.InvariantCulture) ?? "no target"}, {Basis}";
}
