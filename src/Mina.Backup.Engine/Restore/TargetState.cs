using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>What a restore must know about its target before it begins.</summary>
internal sealed record TargetState
{
    /// <summary>Server version number such as <c>150020</c>.</summary>
    public required int VersionNumber { get; init; }

    /// <summary>The connecting role.</summary>
    public required string Role { get; init; }

    /// <summary>Whether it is a superuser.</summary>
    public required bool IsSuperuser { get; init; }

    /// <summary>Whether it may create databases.</summary>
    public required bool MayCreateDatabases { get; init; }

    /// <summary>Properties of the live database; null when there is none.</summary>
    public required DatabaseProperties? Live { get; init; }

    /// <summary>Whether the live database lets clients in (<c>ALLOW_CONNECTIONS</c>); true when there is none.</summary>
    public required bool LiveAllowsConnections { get; init; }

    /// <summary>Whether the role has the rights of the live database's owner.</summary>
    public required bool OwnsLive { get; init; }

    /// <summary>All roles.</summary>
    public required IReadOnlySet<string> Roles { get; init; }

    /// <summary>Roles as which this role may not act; none for a superuser.</summary>
    public required IReadOnlySet<string> ForeignRoles { get; init; }

    /// <summary>All tablespaces.</summary>
    public required IReadOnlySet<string> Tablespaces { get; init; }

    /// <summary>Prepared transactions of the live database.</summary>
    public required IReadOnlyList<string> PreparedTransactions { get; init; }

    /// <summary>Logical slots of the live database.</summary>
    public required IReadOnlyList<string> LogicalSlots { get; init; }

    /// <summary>Subscriptions of the live database.</summary>
    public required IReadOnlyList<string> Subscriptions { get; init; }

    /// <summary>Major version of the server.</summary>
    public int Major => VersionNumber / 10000;

    /// <summary>Reads the state from a session to another database of the server.</summary>
    public static async Task<TargetState> ReadAsync(NpgsqlConnection session, string target, CancellationToken cancellationToken)
    {
        var role = (await TargetServer.QueryAsync(
            session,
            """
            SELECT pg_catalog.current_setting('server_version_num')::int, r.rolname, r.rolsuper, r.rolcreatedb,
              COALESCE((SELECT pg_catalog.pg_has_role(d.datdba, 'USAGE') FROM pg_catalog.pg_database d WHERE d.datname = $1), false),
              COALESCE((SELECT d.datallowconn FROM pg_catalog.pg_database d WHERE d.datname = $1), true)
            FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
            """,
            row => (Version: row.GetInt32(0), Name: row.GetString(1), Super: row.GetBoolean(2), Create: row.GetBoolean(3), Owns: row.GetBoolean(4), Allows: row.GetBoolean(5)),
            cancellationToken,
            target))[0];
        Task<IReadOnlyList<string>> NamesAsync(string sql, params object[] parameters) =>
            TargetServer.QueryAsync(session, sql, row => row.GetString(0), cancellationToken, parameters);

        return new TargetState
        {
            VersionNumber = role.Version,
            Role = role.Name,
            IsSuperuser = role.Super,
            MayCreateDatabases = role.Super || role.Create,
            OwnsLive = role.Super || role.Owns,
            LiveAllowsConnections = role.Allows,
            Live = await DatabasePropertiesReader.ReadAsync(session, target, cancellationToken),
            Roles = (await NamesAsync("SELECT rolname FROM pg_catalog.pg_roles")).ToHashSet(),
            ForeignRoles = (await NamesAsync("SELECT rolname FROM pg_catalog.pg_roles WHERE NOT pg_catalog.pg_has_role(oid, 'USAGE')")).ToHashSet(),
            Tablespaces = (await NamesAsync("SELECT spcname FROM pg_catalog.pg_tablespace")).ToHashSet(),
            PreparedTransactions = await NamesAsync("SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = $1 ORDER BY gid", target),
            LogicalSlots = await NamesAsync("SELECT slot_name FROM pg_catalog.pg_replication_slots WHERE database = $1 ORDER BY slot_name", target),
            Subscriptions = await NamesAsync(
                "SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = $1 ORDER BY s.subname",
                target),
        };
    }
}
