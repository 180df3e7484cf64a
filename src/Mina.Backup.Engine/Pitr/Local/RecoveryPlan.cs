using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>What a recovery starts from, reads on its way and stops at.</summary>
internal sealed record RecoveryPlan
{
    /// <summary>The base backup.</summary>
    public required BaseBackupManifest Base { get; init; }

    /// <summary>The timeline to follow and its ancestors.</summary>
    public required TimelineHistory History { get; init; }

    /// <summary>Where replay begins.</summary>
    public required Lsn From { get; init; }

    /// <summary>Segments in the order of replay.</summary>
    public required IReadOnlyList<WalFile> Segments { get; init; }

    /// <summary>The segment that would follow.</summary>
    public required WalSegmentName Next { get; init; }

    /// <summary>Whether there is WAL behind that segment: then it is missing, and not only not archived yet.</summary>
    public required bool HasGap { get; init; }

    /// <summary>Settings that make recovery stop; none to go to the end.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Whether it is to go to the end of the WAL.</summary>
    public bool ToEnd => !Settings.Keys.Any(name => name is "recovery_target_time" or "recovery_target_lsn" or "recovery_target_xid");

    /// <summary>The place of the record behind which it is to stop; null where it stops in another way.</summary>
    public Lsn? StopsBehind =>
        Settings.TryGetValue("recovery_target_lsn", out var lsn) && Settings.GetValueOrDefault("recovery_target_inclusive") == "on" ? Lsn.Parse(lsn) : null;

    /// <summary>The timeline on which a place lies.</summary>
    public uint TimelineAt(Lsn lsn) =>
        History.Ancestors.Where(ancestor => lsn <= ancestor.End).Select(ancestor => (uint?)ancestor.Timeline).FirstOrDefault() ?? History.Timeline;
}
