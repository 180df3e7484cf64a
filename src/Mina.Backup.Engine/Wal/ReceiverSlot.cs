using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal;

/// <summary>The physical replication slot of a receiver: the server keeps WAL until the receiver has it.</summary>
internal sealed class ReceiverSlot(PostgresConnector connector, string name)
{
    private const int FirstVersionWithLimit = 13;

    /// <summary>Makes the slot when it is absent.</summary>
    /// <exception cref="ServerException"><c>SlotLost</c>, <c>SlotUnusable</c>, or the server's own.</exception>
    public async Task<ReceiverStart> PrepareAsync(RunContext context, CancellationToken cancellationToken)
    {
        await using var connection = await connector.OpenAsync(cancellationToken);
        try
        {
            var state = await ReadAsync(connection, cancellationToken);
            if (state is null)
            {
                await using var create = new NpgsqlCommand("SELECT pg_catalog.pg_create_physical_replication_slot($1, true)", connection);
                create.Parameters.AddWithValue(name);
                await create.ExecuteNonQueryAsync(cancellationToken);
                context.Verbose($"Made the replication slot {name}.");
            }
            else if (!state.Physical)
            {
                throw new ServerException(
                    ErrorCatalog.SlotUnusable, $"The replication slot {name} is a logical one; a receiver needs a physical one.", new ErrorContext { Target = name });
            }

            await using var position = new NpgsqlCommand(
                "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END::text", connection);
            return new ReceiverStart(Lsn.Parse((string)(await position.ExecuteScalarAsync(cancellationToken))!), connection.PostgreSqlVersion.Major);
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            throw PostgresErrors.Translate(e, $"preparing the replication slot {name}", connector.Target.ToString());
        }
    }

    /// <summary>Whether a receiver is connected to it.</summary>
    public async Task<bool> IsActiveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await connector.OpenAsync(cancellationToken);
        return await ReadAsync(connection, cancellationToken) is { Active: true };
    }

    private async Task<SlotState?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var limited = connection.PostgreSqlVersion.Major >= FirstVersionWithLimit;
        await using var command = new NpgsqlCommand(
            $"SELECT slot_type = 'physical', active, {(limited ? "coalesce(wal_status = 'lost', false)" : "false")} FROM pg_catalog.pg_replication_slots WHERE slot_name = $1", connection);
        command.Parameters.AddWithValue(name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return reader.GetBoolean(2)
            ? throw new ServerException(
                ErrorCatalog.SlotLost,
                $"The server has removed WAL that the replication slot {name} had not received, as it grew beyond max_slot_wal_keep_size.",
                new ErrorContext { Target = name })
            : new SlotState(reader.GetBoolean(0), reader.GetBoolean(1));
    }

    /// <summary>Limits what the server keeps for the slot, or warns that nothing does.</summary>
    public async Task LimitAsync(long? maximumSize, RunContext context, CancellationToken cancellationToken)
    {
        await using var connection = await connector.OpenAsync(cancellationToken);
        try
        {
            await LimitAsync(connection, maximumSize, context, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            throw PostgresErrors.Translate(e, $"limiting the replication slot {name}", connector.Target.ToString());
        }
    }

    private async Task LimitAsync(NpgsqlConnection connection, long? maximumSize, RunContext context, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < FirstVersionWithLimit)
        {
            context.Warning($"This server cannot limit what the slot {name} keeps: while no receiver runs, its pg_wal grows until the disk is full. Watch Get-MinaWalArchive.");
            return;
        }

        var (limit, isFixed) = await ReadLimitAsync(connection, cancellationToken);
        if (maximumSize is { } bytes)
        {
            await SetLimitAsync(connection, limit, Math.Max(1, bytes >> 20), isFixed, cancellationToken);
        }
        else if (limit < 0)
        {
            context.Warning(
                $"max_slot_wal_keep_size is not set: while no receiver runs, the slot {name} keeps all WAL, and the server stops when its disk is full. Give -MaximumSlotSize to limit that.");
        }
    }

    private async Task SetLimitAsync(NpgsqlConnection connection, long current, long wanted, bool isFixed, CancellationToken cancellationToken)
    {
        if (current == wanted)
        {
            return;
        }

        var value = string.Create(CultureInfo.InvariantCulture, $"'{wanted}MB'");
        if (isFixed)
        {
            throw WalSetupErrors.NotApplied(
                connector.Target.ToString(),
                "max_slot_wal_keep_size",
                "its allow_alter_system is off, so only its configuration files can set it",
                $"Set max_slot_wal_keep_size = {value} where the server's configuration is kept, reload it, and run this again, or leave -MaximumSlotSize out.");
        }

        await ExecuteAsync(connection, $"ALTER SYSTEM SET max_slot_wal_keep_size = {value}", cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_catalog.pg_reload_conf()", cancellationToken);
    }

    /// <summary>The limit in megabytes, -1 when there is none, and whether only the server's configuration files can change it.</summary>
    private static async Task<(long Limit, bool IsFixed)> ReadLimitAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT setting::bigint, coalesce(pg_catalog.current_setting('allow_alter_system', true), 'on') = 'off' FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size'", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt64(0), reader.GetBoolean(1))
            : throw new InvalidOperationException("pg_settings has no max_slot_wal_keep_size.");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record SlotState(bool Physical, bool Active);
}

/// <summary>What a receiver needs to know of the server.</summary>
/// <param name="End">End of its flushed log.</param>
/// <param name="Major">Its major version.</param>
internal sealed record ReceiverStart(Lsn End, int Major);
