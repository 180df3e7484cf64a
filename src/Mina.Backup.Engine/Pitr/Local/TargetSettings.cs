using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>Says a point in PostgreSQL's words.</summary>
internal static class TargetSettings
{
    private const long TicksPerMicrosecond = 10;

    /// <summary>The settings that make recovery stop at a point on a timeline.</summary>
    /// <param name="target">The point; a restore point must have been resolved to its place.</param>
    /// <param name="timeline">The timeline to follow.</param>
    /// <param name="readOnly">Whether recovery pauses at the point.</param>
    public static Dictionary<string, string> Create(PitrTarget target, uint timeline, bool readOnly)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["recovery_target_timeline"] = timeline.ToString(CultureInfo.InvariantCulture) };
        switch (target.Kind)
        {
            case PitrTargetKind.Time:
                settings["recovery_target_time"] = Text(target.Time!.Value, target.Inclusive);
                break;
            case PitrTargetKind.Lsn:
                settings["recovery_target_lsn"] = target.Lsn!.Value.ToString();
                break;
            case PitrTargetKind.Xid:
                // Commit records carry the lower half alone.
                settings["recovery_target_xid"] = ((uint)target.Xid!.Value).ToString(CultureInfo.InvariantCulture);
                break;
            case PitrTargetKind.Latest:
                return settings;
            default:
                throw new InvalidOperationException("A restore point must be resolved to its place first.");
        }

        settings["recovery_target_inclusive"] = target.Inclusive ? "on" : "off";
        settings["recovery_target_action"] = readOnly ? "pause" : "promote";
        return settings;
    }

    // Commit times have microseconds. "Before 12:00:00.0000005" is "before 12:00:00.000001"; "up to" it is "up to 12:00:00.000000".
    private static string Text(DateTimeOffset time, bool inclusive)
    {
        var ticks = time.UtcTicks;
        var rest = ticks % TicksPerMicrosecond;
        ticks += rest == 0 || inclusive ? -rest : TicksPerMicrosecond - rest;
        return new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture);
    }
}
