using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>Chooses a point that can be recovered.</summary>
internal static class PitrPointChoice
{
    private const long TicksPerMicrosecond = 10;

    /// <summary>
    /// A time between the beginning of a window and its last commit, to the microsecond, as commits are; the window's end where it has no commit of a known time.
    /// </summary>
    public static PitrTarget Choose(WalWindow window, int seed)
    {
        var length = ((window.ToTime - window.FromTime)?.Ticks ?? 0) / TicksPerMicrosecond;
        return length <= 0
            ? new PitrTarget { Kind = PitrTargetKind.Latest, Timeline = window.Timeline }
            : new PitrTarget
            {
                Kind = PitrTargetKind.Time,
                // Behind the beginning and not behind the last commit, before which recovery then stops at the latest.
                Time = window.FromTime!.Value.AddTicks((1 + DrillSeed.Place(seed, length)) * TicksPerMicrosecond),
                Timeline = window.Timeline,
            };
    }
}
