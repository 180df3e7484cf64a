using System.Globalization;

namespace Mina.Backup.Model;

/// <summary>How long one phase of a run took.</summary>
/// <param name="Phase">Name of the phase, stable, such as <c>Dump</c> or <c>Verify</c>.</param>
/// <param name="Duration">Elapsed time.</param>
public sealed record PhaseTiming(string Phase, TimeSpan Duration)
{
    /// <summary>Phase and seconds, the same in every culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Phase} {Duration.TotalSeconds:0.00} s");
}
