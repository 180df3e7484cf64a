using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>What a session can tell about its server, database and role.</summary>
public sealed record ServerInfo
{
    /// <summary>Version number such as <c>150020</c>.</summary>
    public required int VersionNumber { get; init; }

    /// <summary>Version such as <c>15.20</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Major version such as <c>15</c>.</summary>
    public int Major => VersionNumber / 10000;

    /// <summary>Name of the database.</summary>
    public required string Database { get; init; }

    /// <summary>Size of the database on the server's disk in bytes.</summary>
    public required long DatabaseSize { get; init; }

    /// <summary>Encoding of the database, PostgreSQL's name.</summary>
    public required string Encoding { get; init; }

    /// <summary>Role of the session.</summary>
    public required string User { get; init; }

    /// <summary>Whether the role is a superuser.</summary>
    public required bool IsSuperuser { get; init; }

    /// <summary>Process id of the session's backend.</summary>
    public required int BackendProcessId { get; init; }

    /// <summary>Asks the server.</summary>
    public static async Task<ServerInfo> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT pg_catalog.current_setting('server_version_num')::int,
                   pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
                   pg_catalog.current_database()::text,
                   pg_catalog.pg_database_size(d.oid),
                   pg_catalog.pg_encoding_to_char(d.encoding)::text,
                   current_user::text,
                   r.rolsuper,
                   pg_catalog.pg_backend_pid()
            FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
            WHERE d.datname = pg_catalog.current_database() AND r.rolname = current_user
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new InvalidOperationException("The server does not know the session's own database.");
        }

        return new ServerInfo
        {
            VersionNumber = reader.GetInt32(0),
            Version = reader.GetString(1),
            Database = reader.GetString(2),
            DatabaseSize = reader.GetInt64(3),
            Encoding = reader.GetString(4),
            User = reader.GetString(5),
            IsSuperuser = reader.GetBoolean(6),
            BackendProcessId = reader.GetInt32(7),
        };
    }
}
