using System.Buffers.Binary;
using System.Net;
using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Wal;

/// <summary>Whether a server runs on this machine, and as whom.</summary>
internal sealed class ServerHost(ConnectionTarget target)
{
    /// <summary>Whether the address is one of this machine alone: a socket or the loopback.</summary>
    public bool IsLocalAddress =>
        target.IsSocket
        || string.Equals(target.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(target.Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Refuses an address of another machine, before anything is asked there.</summary>
    /// <exception cref="Model.ServerException"><c>ServerNotLocal</c>.</exception>
    public void EnsureLocalAddress()
    {
        if (!IsLocalAddress)
        {
            throw WalSetupErrors.NotLocal(target.Server, "its address is not this machine's");
        }
    }

    /// <summary>The account of a server on this machine; null on Windows.</summary>
    /// <exception cref="Model.ServerException"><c>ServerNotLocal</c>.</exception>
    public async Task<HostAccount?> FindAccountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var folder = await FindDataDirectoryAsync(connection, cancellationToken);
        return OperatingSystem.IsWindows() ? null : await HostAccount.OwnerOfAsync(folder, cancellationToken);
    }

    /// <summary>The data directory of a server on this machine.</summary>
    /// <exception cref="Model.ServerException"><c>ServerNotLocal</c>.</exception>
    public async Task<string> FindDataDirectoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_catalog.current_setting('data_directory'), (pg_catalog.pg_control_system()).system_identifier", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var folder = reader.GetString(0);
        var identifier = unchecked((ulong)reader.GetInt64(1));
        if (!Directory.Exists(folder))
        {
            throw WalSetupErrors.NotLocal(target.Server, $"there is no folder {folder} here; it may run in a container or behind a forwarded port");
        }

        return ReadIdentifier(folder) is { } found && found != identifier
            ? throw WalSetupErrors.NotLocal(target.Server, $"the folder {folder} here belongs to another cluster")
            : folder;
    }

    /// <summary>System identifier of a data directory; null when this user may not look.</summary>
    private static ulong? ReadIdentifier(string folder)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, "global", "pg_control"));
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            file.ReadExactly(bytes);
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }
}
