using System.Net;
using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Tells whether a folder lies on another disk than a server's data.</summary>
internal sealed class ServerDisk
{
    private readonly ConnectionTarget target;

    public ServerDisk(ConnectionTarget target) => this.target = target;

    /// <summary>Null when the place is apart from the server's data directory; otherwise the reason why not, or why that cannot be told.</summary>
    public async Task<string?> WhyNotApartAsync(string location, NpgsqlConnection session, CancellationToken cancellationToken)
    {
        if (!IsLocal || location.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }

        string data;
        try
        {
            data = (await TargetServer.QueryAsync(session, "SHOW data_directory", row => row.GetString(0), cancellationToken))[0];
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return "this role may not see where the server keeps its data, so it cannot be told whether the safety backup is on another disk.";
        }

        if (DeviceOf(data) is not { } server || DeviceOf(location) is not { } backups)
        {
            return $"it cannot be told whether {location} is on another disk than {data}.";
        }

        return server == backups ? $"{location} is on the same disk as the server's data in {data}." : null;
    }

    private bool IsLocal =>
        target.IsSocket
        || string.Equals(target.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(target.Host, out var address) && IPAddress.IsLoopback(address));

    private static string? DeviceOf(string path)
    {
        var folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        return DeviceNumber.Of(folder);
    }
}
