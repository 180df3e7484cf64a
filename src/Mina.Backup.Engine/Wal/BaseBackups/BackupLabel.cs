using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>What <c>backup_label</c> says that the server's manifest does not.</summary>
/// <param name="Timeline">Timeline on which the base backup began.</param>
/// <param name="FromStandby">Whether a standby sent it.</param>
/// <param name="IncrementalFrom">Where the replay of an incremental one's parent begins; null for a full one.</param>
internal sealed record BackupLabel(uint Timeline, bool FromStandby, Lsn? IncrementalFrom)
{
    /// <summary>Reads the file's lines of <c>NAME: value</c>.</summary>
    public static BackupLabel Parse(string text)
    {
        var values = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
        return values.TryGetValue("START TIMELINE", out var number) && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var timeline)
            ? new BackupLabel(
                timeline,
                values.GetValueOrDefault("BACKUP FROM") == "standby",
                values.TryGetValue("INCREMENTAL FROM LSN", out var from) && Lsn.TryParse(from, out var lsn) ? lsn : null)
            : throw new InvalidDataException("backup_label does not name a timeline.");
    }
}
