using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>What a base backup records of its server beside the files.</summary>
internal sealed record BaseServerFacts
{
    // A cluster made from the backup must not have less of these than its source, or replay fails; the rest tells which libraries replay needs.
    private static readonly string[] Kept =
    [
        "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions", "max_locks_per_transaction", "max_replication_slots",
        "max_active_replication_origins", "wal_level", "shared_preload_libraries", "track_commit_timestamp", "block_size", "data_checksums", "archive_mode",
    ];

    /// <summary>Version number such as <c>150020</c>.</summary>
    public required int VersionNumber { get; init; }

    /// <summary>Version such as <c>15.20</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Identifier of the cluster.</summary>
    public required string SystemIdentifier { get; init; }

    /// <summary>Bytes of a WAL segment.</summary>
    public required long SegmentSize { get; init; }

    /// <summary>Whether it is a standby.</summary>
    public required bool IsInRecovery { get; init; }

    /// <summary>Bytes in all tablespaces.</summary>
    public required long DataSize { get; init; }

    /// <summary>Tablespaces that initdb did not make.</summary>
    public required int Tablespaces { get; init; }

    /// <summary>Whether WAL leaves the server: an archiver that is on, or a receiver that is connected.</summary>
    public required bool IsArchiving { get; init; }

    /// <summary>Now, by the server's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Name of the superuser that initdb made.</summary>
    public required string Superuser { get; init; }

    /// <summary>Databases that can be connected to.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>WAL resource managers of extensions.</summary>
    public required IReadOnlyList<string> ResourceManagers { get; init; }

    /// <summary>Settings by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Asks the server.</summary>
    public static async Task<BaseServerFacts> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT pg_catalog.current_setting('server_version_num')::int,
                   pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
                   (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
                   (SELECT setting::bigint * CASE unit WHEN '8kB' THEN 8192 ELSE 1 END FROM pg_catalog.pg_settings WHERE name = 'wal_segment_size'),
                   pg_catalog.pg_is_in_recovery(),
                   (SELECT pg_catalog.sum(pg_catalog.pg_tablespace_size(oid))::bigint FROM pg_catalog.pg_tablespace),
                   (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')),
                   pg_catalog.current_setting('archive_mode') <> 'off'
                       OR EXISTS (SELECT FROM pg_catalog.pg_stat_replication WHERE application_name ~ 'receivewal')
                       OR EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_type = 'physical' AND active),
                   pg_catalog.clock_timestamp(),
                   (SELECT rolname::text FROM pg_catalog.pg_roles WHERE oid = 10),
                   ARRAY(SELECT datname::text FROM pg_catalog.pg_database WHERE datallowconn AND datname <> 'template1' ORDER BY datname)
            """;
        BaseServerFacts facts;
        await using (var command = new NpgsqlCommand(Sql, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            facts = new BaseServerFacts
            {
                VersionNumber = reader.GetInt32(0),
                Version = reader.GetString(1),
                SystemIdentifier = reader.GetString(2),
                SegmentSize = reader.GetInt64(3),
                IsInRecovery = reader.GetBoolean(4),
                DataSize = reader.GetInt64(5),
                Tablespaces = reader.GetInt32(6),
                IsArchiving = reader.GetBoolean(7),
                Now = reader.GetFieldValue<DateTimeOffset>(8).ToUniversalTime(),
                Superuser = reader.GetString(9),
                Databases = reader.GetFieldValue<string[]>(10),
                ResourceManagers = [],
                Settings = new Dictionary<string, string>(),
            };
        }

        return facts with
        {
            ResourceManagers = facts.VersionNumber >= 150000
                ? await ReadListAsync(connection, "SELECT rm_name FROM pg_catalog.pg_get_wal_resource_managers() WHERE NOT rm_builtin ORDER BY rm_name", cancellationToken)
                : [],
            Settings = await ReadSettingsAsync(connection, cancellationToken),
        };
    }

    /// <summary>Transactions under way, and the time, both now. A standby counts those under way as ended, which errs on the safe side.</summary>
    public static async Task<(DateTimeOffset Now, string Snapshot)> ReadEndAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_catalog.clock_timestamp(), pg_catalog.pg_current_snapshot()::text", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetFieldValue<DateTimeOffset>(0).ToUniversalTime(), reader.GetString(1));
    }

    private static async Task<IReadOnlyDictionary<string, string>> ReadSettingsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", Kept.Select(SqlText.Literal));
        await using var command = new NpgsqlCommand($"SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ({names})", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            settings.Add(reader.GetString(0), reader.GetString(1));
        }

        return settings;
    }

    private static async Task<IReadOnlyList<string>> ReadListAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(reader.GetString(0));
        }

        return list;
    }
}
