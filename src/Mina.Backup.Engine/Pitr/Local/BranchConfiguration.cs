using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// The configuration of a branch's server, generated in full: nothing of the source's is read, so nothing of it can reach what the source talks to.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class BranchConfiguration
{
    // A branch that had these could do harm, or would no longer recover to its point.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "archive_mode", "archive_command", "archive_library", "archive_cleanup_command", "primary_conninfo", "primary_slot_name", "recovery_end_command",
        "max_logical_replication_workers", "listen_addresses", "port", "unix_socket_directories", "restore_command", "hba_file", "ident_file",
        "data_directory", "config_file", "include", "include_dir", "include_if_exists", "hot_standby",
    };

    // They run jobs on their own as soon as they are loaded.
    private static readonly HashSet<string> Schedulers = new(StringComparer.OrdinalIgnoreCase)
    {
        "pg_cron", "pg_partman_bgw", "pglogical", "pg_net",
    };

    private readonly BranchFolder folder;
    private readonly ServerOwner owner;
    private readonly BaseBackupManifest manifest;
    private readonly ControlData control;

    /// <summary>Creates the configuration of a branch.</summary>
    public BranchConfiguration(BranchFolder folder, ServerOwner owner, BaseBackupManifest manifest, ControlData control)
    {
        this.folder = folder;
        this.owner = owner;
        this.manifest = manifest;
        this.control = control;
    }

    /// <summary>Refuses settings that are not the operator's to change.</summary>
    /// <exception cref="ConfigurationException"><c>OptionConflict</c>.</exception>
    public static void Check(IReadOnlyDictionary<string, string> settings)
    {
        if (settings.Keys.FirstOrDefault(name => Reserved.Contains(name) || name.StartsWith("recovery_target", StringComparison.OrdinalIgnoreCase)) is { } name)
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, $"The setting {name} of a branch cannot be changed: it keeps the branch apart, or at its point.", new ErrorContext { Target = name, Action = "Leave this setting out." });
        }
    }

    /// <summary>Writes everything that the server reads when it starts.</summary>
    /// <param name="port">Loopback port.</param>
    /// <param name="readOnly">Whether it pauses at its point.</param>
    /// <param name="recovery">Settings of the recovery.</param>
    /// <param name="extra">Settings of the operator.</param>
    /// <param name="standby">Whether it waits for more WAL at the end, rather than ending recovery.</param>
    public void Write(int port, bool readOnly, IReadOnlyDictionary<string, string> recovery, IReadOnlyDictionary<string, string> extra, bool standby)
    {
        var settings = Settings(port, readOnly);
        foreach (var (name, value) in recovery.Concat(extra))
        {
            settings[name] = value;
        }

        var text = new StringBuilder();
        foreach (var (name, value) in settings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} = '{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'\n");
        }

        owner.WriteFile(InData("postgresql.conf"), text.ToString());
        owner.WriteFile(InData("postgresql.auto.conf"), string.Empty);
        // The socket's folder belongs to the server's account alone, so who reaches the socket is it or root.
        owner.WriteFile(InData("pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
        owner.WriteFile(InData("pg_ident.conf"), string.Empty);
        File.Delete(InData(standby ? "recovery.signal" : "standby.signal"));
        owner.WriteFile(InData(standby ? "standby.signal" : "recovery.signal"), string.Empty);
    }

    private Dictionary<string, string> Settings(int port, bool readOnly)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = folder.Root,
            ["unix_socket_permissions"] = "0700",
            ["archive_mode"] = "off",
            ["wal_level"] = "replica",
            ["hot_standby"] = readOnly ? "on" : "off",
            ["max_logical_replication_workers"] = "0",
            ["shared_preload_libraries"] = PreloadLibraries(),
            ["autovacuum"] = "off",
            // The data is a copy that is thrown away: nothing has to survive a power failure.
            ["fsync"] = "off",
            ["full_page_writes"] = "off",
            ["synchronous_commit"] = "off",
            ["shared_buffers"] = "256MB",
            ["max_wal_size"] = "32GB",
            // Must be at least two segments, which are greater than usual where initdb was told so.
            ["min_wal_size"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(80, manifest.SegmentSize * 2 >> 20)}MB"),
            ["checkpoint_timeout"] = "1h",
            ["logging_collector"] = "off",
            ["log_destination"] = "stderr",
            ["log_line_prefix"] = "%m ",
            ["log_timezone"] = "UTC",
            ["TimeZone"] = "UTC",
            ["lc_messages"] = "C",
            ["track_commit_timestamp"] = control.TracksCommitTimes ? "on" : "off",
            ["restore_command"] = WalFeed.Command(folder),
        };
        if (readOnly && manifest.Major >= 17)
        {
            // All that can fire there is a login's trigger, and one that writes would keep everybody out.
            settings["event_triggers"] = "off";
        }

        foreach (var (name, value) in control.Limits)
        {
            settings[name] = value.ToString(CultureInfo.InvariantCulture);
        }

        // Origins of replication are part of what is replayed, and take their room from these.
        foreach (var name in (string[])["max_replication_slots", "max_active_replication_origins"])
        {
            if (manifest.Settings.TryGetValue(name, out var value))
            {
                settings[name] = value;
            }
        }

        return settings;
    }

    // Replay needs a library only where extensions have resource managers of their own.
    private string PreloadLibraries()
    {
        if (manifest.ResourceManagers.Count == 0 || !manifest.Settings.TryGetValue("shared_preload_libraries", out var libraries))
        {
            return string.Empty;
        }

        return string.Join(", ", libraries.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(library => !Schedulers.Contains(library.Trim('"'))));
    }

    private string InData(string name) => Path.Combine(folder.Data, name);
}
