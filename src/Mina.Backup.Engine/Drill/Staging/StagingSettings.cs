using System.Globalization;

namespace Mina.Backup.Engine.Drill.Staging;

/// <summary>Settings of a server that is loaded once, looked at, and thrown away: nothing is kept safe, and memory is there to be used.</summary>
internal static class StagingSettings
{
    private const long Megabyte = 1 << 20;

    /// <summary>The settings for a machine.</summary>
    /// <param name="memory">Bytes of memory that may be used.</param>
    public static IReadOnlyDictionary<string, string> For(long memory) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["shared_buffers"] = Megabytes(Math.Clamp(memory / 4, 128 * Megabyte, 8192 * Megabyte)),
        ["maintenance_work_mem"] = Megabytes(Math.Clamp(memory / 16, 64 * Megabyte, 1024 * Megabyte)),
        // Rows loaded into a table of the same transaction, and indexes, then need no log at all.
        ["wal_level"] = "minimal",
        ["max_wal_senders"] = "0",
        ["max_wal_size"] = "16GB",
        ["checkpoint_timeout"] = "1d",
        ["autovacuum"] = "off",
        // A restored subscription must not fetch anything from anybody.
        ["max_logical_replication_workers"] = "0",
        ["jit"] = "off",
        ["max_locks_per_transaction"] = "1024",
    };

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / Megabyte}MB");
}
