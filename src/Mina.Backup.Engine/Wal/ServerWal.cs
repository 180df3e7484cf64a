using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal;

/// <summary>What a server tells about its log and its archiving.</summary>
internal sealed record ServerWal
{
    /// <summary>Major version.</summary>
    public required int Major { get; init; }

    /// <summary>Identifier of the cluster.</summary>
    public required ulong SystemIdentifier { get; init; }

    /// <summary>Whether it is a standby.</summary>
    public required bool InRecovery { get; init; }

    /// <summary>End of its log.</summary>
    public required Lsn Current { get; init; }

    /// <summary>Its timeline.</summary>
    public required uint Timeline { get; init; }

    /// <summary>Its data directory when that is on this machine; null elsewhere.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Bytes of pg_wal; null where this role may not look.</summary>
    public long? PgWalSize { get; init; }

    /// <summary>Its own archiving.</summary>
    public required WalArchiverInfo Archiver { get; init; }

    /// <summary>Its physical slots.</summary>
    public required IReadOnlyList<WalSlotInfo> Slots { get; init; }

    /// <summary>Asks a server.</summary>
    /// <exception cref="ServerException">It cannot be asked.</exception>
    public static async Task<ServerWal> ReadAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        await using var connection = await new PostgresConnector(target).OpenAsync(cancellationToken);
        try
        {
            var wal = await ReadPositionAsync(connection, cancellationToken);
            return wal with
            {
                DataDirectory = await FindDataDirectoryAsync(target, connection, cancellationToken),
                PgWalSize = await TryScalarAsync(connection, "SELECT coalesce(sum(size), 0)::bigint FROM pg_catalog.pg_ls_waldir()", cancellationToken),
                Archiver = await ReadArchiverAsync(connection, cancellationToken),
                Slots = await ReadSlotsAsync(connection, cancellationToken),
            };
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            throw PostgresErrors.Translate(e, "asking for its WAL", target.ToString());
        }
    }

    private static async Task<ServerWal> ReadPositionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT pg_catalog.pg_is_in_recovery(),
                   (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END)::text,
                   CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL ELSE pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()) END,
                   (pg_catalog.pg_control_checkpoint()).timeline_id,
                   (pg_catalog.pg_control_system()).system_identifier,
                   pg_catalog.current_setting('wal_block_size')::int
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ServerWal
        {
            Major = connection.PostgreSqlVersion.Major,
            InRecovery = reader.GetBoolean(0),
            Current = EndOfRecord(Lsn.Parse(reader.GetString(1)), (ulong)reader.GetInt32(5)),
            Timeline = reader.IsDBNull(2) ? (uint)reader.GetInt32(3) : WalSegmentName.Parse(reader.GetString(2)).Timeline,
            SystemIdentifier = unchecked((ulong)reader.GetInt64(4)),
            Archiver = null!,
            Slots = [],
        };
    }

    /// <summary>Where a page is full, the server names the first byte behind the next page's header, which is not written yet.</summary>
    public static Lsn EndOfRecord(Lsn insert, ulong block)
    {
        var offset = insert.Value % block;
        return offset <= WalPageHeader.Length ? new Lsn(insert.Value - offset) : insert;
    }

    private static async Task<WalArchiverInfo> ReadArchiverAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT pg_catalog.current_setting('archive_mode'),
                   EXISTS (SELECT 1 FROM pg_catalog.pg_settings WHERE name IN ('archive_command', 'archive_library') AND setting NOT IN ('', '(disabled)')),
                   archived_count, last_archived_wal, last_archived_time, failed_count, last_failed_wal, last_failed_time
            FROM pg_catalog.pg_stat_archiver
            """;
        WalArchiverInfo info;
        await using (var command = new NpgsqlCommand(Sql, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            info = new WalArchiverInfo
            {
                ArchiveMode = reader.GetString(0),
                Configured = reader.GetBoolean(1),
                ArchivedCount = reader.GetInt64(2),
                LastArchived = reader.IsDBNull(3) ? null : reader.GetString(3),
                LastArchivedAt = Time(reader, 4),
                FailedCount = reader.GetInt64(5),
                LastFailed = reader.IsDBNull(6) ? null : reader.GetString(6),
                LastFailedAt = Time(reader, 7),
            };
        }

        return info with
        {
            WaitingFiles = await TryScalarAsync(connection, "SELECT count(*) FROM pg_catalog.pg_ls_archive_statusdir() WHERE name LIKE '%.ready'", cancellationToken),
        };
    }

    private static async Task<IReadOnlyList<WalSlotInfo>> ReadSlotsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var limited = connection.PostgreSqlVersion.Major >= 13 ? "wal_status, safe_wal_size" : "NULL::text, NULL::bigint";
        var sql = $"""
            SELECT slot_name::text, active,
                   pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END, restart_lsn)::bigint,
                   {limited}
            FROM pg_catalog.pg_replication_slots WHERE slot_type = 'physical' ORDER BY 1
            """;
        List<WalSlotInfo> slots = [];
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            slots.Add(new WalSlotInfo
            {
                Name = reader.GetString(0),
                Active = reader.GetBoolean(1),
                RetainedBytes = reader.IsDBNull(2) ? null : reader.GetInt64(2),
                WalStatus = reader.IsDBNull(3) ? null : reader.GetString(3),
                SafeBytes = reader.IsDBNull(4) ? null : reader.GetInt64(4),
            });
        }

        return slots;
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column), TimeSpan.Zero);

    /// <summary>A number that only some roles may ask for, or only newer servers know; null where not.</summary>
    private static async Task<long?> TryScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return (long?)await command.ExecuteScalarAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFunction)
        {
            return null;
        }
    }

    private static async Task<string?> FindDataDirectoryAsync(ConnectionTarget target, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var host = new ServerHost(target);
        try
        {
            return host.IsLocalAddress ? await host.FindDataDirectoryAsync(connection, cancellationToken) : null;
        }
        catch (ServerException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ServerNotLocal))
        {
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return null;
        }
    }
}
