using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Removes copies that killed runs left behind. A living run holds an advisory lock for its copy on a session of its own, so a
/// copy without lock belongs to nobody.
/// </summary>
internal sealed class LeftoverCleaner
{
    private readonly NpgsqlConnection session;

    public LeftoverCleaner(NpgsqlConnection session) => this.session = session;

    /// <summary>Claims names for the databases of a run for as long as the session lives. Two runs that start within one second would choose the same; the later one moves on.</summary>
    public async Task<RestoreNames> ClaimAsync(string target, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var names = new RestoreNames(target, startedAt);
        while (!await ClaimAsync(names, cancellationToken))
        {
            names = names with { StartedAt = names.StartedAt.AddSeconds(1) };
        }

        return names;
    }

    /// <summary>Claims the names of this run's databases for as long as the session lives; false when they are taken.</summary>
    public async Task<bool> ClaimAsync(RestoreNames names, CancellationToken cancellationToken) =>
        !await IsClaimedAsync(names.Copy, cancellationToken)
        && (await TargetServer.QueryAsync(
            session,
            "SELECT pg_catalog.pg_try_advisory_lock($1) AND NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname IN ($2, $3))",
            row => row.GetBoolean(0),
            cancellationToken,
            RestoreNames.LockKey(names.Copy),
            names.Copy,
            names.Aside))[0];

    /// <summary>Drops the leftovers of earlier runs for the same target.</summary>
    public async Task CleanAsync(RestoreNames names, RunContext context, CancellationToken cancellationToken)
    {
        var databases = await TargetServer.QueryAsync(
            session,
            "SELECT datname, pg_catalog.shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database",
            row => (Name: row.GetString(0), Comment: row.IsDBNull(1) ? null : row.GetString(1)),
            cancellationToken);
        foreach (var (name, _) in databases.Where(database => names.IsLeftover(database.Name, database.Comment)))
        {
            if (await IsClaimedAsync(name, cancellationToken))
            {
                context.Verbose($"Another restore is loading {name}; it is left alone.");
                continue;
            }

            try
            {
                await DropAsync(session, name, cancellationToken);
                context.Verbose($"Dropped {name}, which an earlier restore left behind.");
            }
            catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                context.Warning($"An earlier restore left the database {name} behind, and this role may not drop it.");
            }
        }
    }

    /// <summary>Drops a database with whatever is connected to it; nothing when there is none of that name.</summary>
    public static async Task DropAsync(NpgsqlConnection session, string database, CancellationToken cancellationToken)
    {
        // PostgreSQL drops no template.
        if (await TargetServer.QueryAsync(session, "SELECT datistemplate FROM pg_catalog.pg_database WHERE datname = $1", row => row.GetBoolean(0), cancellationToken, database) is [true])
        {
            await TargetServer.ExecuteAsync(session, DatabaseStatements.Template(database, isTemplate: false), cancellationToken);
        }

        await TargetServer.ExecuteAsync(session, $"DROP DATABASE IF EXISTS {SqlText.Identifier(database)} WITH (FORCE)", cancellationToken);
    }

    // Advisory locks count per database; a claim may have been made from another maintenance database, so pg_locks is asked.
    private async Task<bool> IsClaimedAsync(string copy, CancellationToken cancellationToken) =>
        (await TargetServer.QueryAsync(
            session,
            """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1
              AND ((classid::pg_catalog.int8 << 32) | objid::pg_catalog.int8) = $1)
            """,
            row => row.GetBoolean(0),
            cancellationToken,
            RestoreNames.LockKey(copy)))[0];
}
