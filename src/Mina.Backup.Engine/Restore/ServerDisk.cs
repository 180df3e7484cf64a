using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Tells whether a folder lies on another disk than everything that a server keeps: data directory, WAL and tablespaces. What cannot be told counts as no.
/// </summary>
internal sealed class ServerDisk
{
    private const string FoldersQuery =
        """
        SELECT pg_catalog.current_setting('data_directory')
        UNION ALL SELECT pg_catalog.current_setting('data_directory') || '/pg_wal'
        UNION ALL SELECT location FROM (SELECT pg_catalog.pg_tablespace_location(oid) FROM pg_catalog.pg_tablespace) t(location) WHERE location LIKE '/%' OR location LIKE '_:%'
        """;

    private readonly ConnectionTarget target;

    public ServerDisk(ConnectionTarget target) => this.target = target;

    /// <summary>Null when the place is apart from the server's disks; otherwise the reason why not, or why that cannot be told.</summary>
    public async Task<string?> WhyNotApartAsync(string location, NpgsqlConnection session, CancellationToken cancellationToken)
    {
        if (location.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }

        switch (await LocalMachine.IsHostOfAsync(target, cancellationToken))
        {
            case false:
                return null;
            case null:
                return $"it cannot be told whether {target.Host} is this machine, nor so whether {location} is on another disk than the server's data.";
        }

        try
        {
            var folders = await TargetServer.QueryAsync(session, FoldersQuery, row => row.GetString(0), cancellationToken);
            return folders.Select(folder => WhyNotApart(location, folder)).FirstOrDefault(reason => reason is not null);
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return "this role may not see where the server keeps its data, so it cannot be told whether the safety backup is on another disk.";
        }
    }

    private static string? WhyNotApart(string location, string folder)
    {
        // A folder that is not seen from here may be a link to anywhere, or another machine's behind a forwarded port.
        if (!Directory.Exists(folder) || DiskIdentity.Of(folder) is not { } server || DiskIdentity.Of(Existing(location)) is not { } backups)
        {
            return $"it cannot be told from here whether {location} is on another disk than the server's {folder}.";
        }

        return server.IsSameAs(backups) ? $"{location} is on the same disk as the server's {folder}." : null;
    }

    private static string Existing(string path)
    {
        var folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        return folder;
    }
}
