using System.Buffers.Binary;
using System.Security.Cryptography;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Drill.Staging;

/// <summary>
/// Tells whether a staging server is the source's own: a random advisory lock is taken on the one and looked for in the locks of the other. Names and addresses prove
/// nothing, and a clone has its original's system identifier. A source that is a standby does not show its primary's locks: there a different system identifier is
/// the proof, and the same one refuses.
/// </summary>
internal sealed class SameServerCheck(ConnectionTarget staging, NpgsqlConnection session)
{
    private const string LookFor = """
        SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1
          AND ((classid::pg_catalog.int8 << 32) | objid::pg_catalog.int8) = $1)
        """;

    /// <summary>Looks; what was proven, in a sentence.</summary>
    /// <param name="source">Connection URI or string of the source; <c>DATABASE_URL</c> when null.</param>
    /// <param name="backup">The backup, which may have recorded what server and database it was made of.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MinaException"><c>StagingIsSource</c> when they are one, or may be; the source cannot be reached.</exception>
    public async Task<string> RunAsync(string? source, BackupInfo backup, RunContext context, CancellationToken cancellationToken)
    {
        if (source is null && context.Environment.Variable("DATABASE_URL") is null)
        {
            return await FindLikenessAsync(backup, cancellationToken) is { } likeness
                ? throw Refuse($"{likeness}, and no source was given to prove that they are two servers.", "Give -SourceDatabase, or another staging server.")
                : "No source was given to compare it with; the drill works in a new database of its own.";
        }

        var target = ConnectionTarget.Resolve(source, context.Environment, ErrorCatalog.SourceNotGiven);
        context.Log.Redact(target.Password?.Reveal() ?? "");
        var key = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));
        await using var other = await new PostgresConnector(target).OpenPinnedAsync(cancellationToken);
        await AskAsync(session, "SELECT pg_catalog.pg_advisory_lock($1) IS NOT NULL", cancellationToken, key);
        try
        {
            if (await AskAsync(other, LookFor, cancellationToken, key))
            {
                throw Refuse($"The staging server {staging.Server} is the source's own server: a lock taken on the one shows on the other.", null);
            }
        }
        finally
        {
            await AskAsync(session, "SELECT pg_catalog.pg_advisory_unlock($1)", CancellationToken.None, key);
        }

        if (await AskAsync(other, "SELECT pg_catalog.pg_is_in_recovery()", cancellationToken) && await IdentifierAsync(other, cancellationToken) == await IdentifierAsync(session, cancellationToken))
        {
            throw Refuse($"The source {target.Server} is a standby, and the staging server {staging.Server} belongs to the same cluster or was cloned from it.", "Give the primary as -SourceDatabase, or another staging server.");
        }

        return $"It is not the source {target.Server}: a lock taken on the one does not show on the other.";
    }

    // A server has many addresses, but a source always has the database that was backed up. Every server has one called postgres.
    private async Task<string?> FindLikenessAsync(BackupInfo backup, CancellationToken cancellationToken)
    {
        if (backup.Server == staging.Server)
        {
            return $"The backup was made of a server called {backup.Server}, as the staging server is";
        }

        return backup.Database is { } database and not "postgres" && await AskAsync(session, "SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1)", cancellationToken, database)
            ? $"The backup was made of a database called {database}, and the staging server {staging.Server} has one of that name"
            : null;
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters) =>
        (await SqlQuery.ReadAsync(connection, sql, row => row.GetBoolean(0), cancellationToken, parameters))[0];

    private static async Task<string> IdentifierAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await SqlQuery.ReadAsync(connection, "SELECT system_identifier::text FROM pg_catalog.pg_control_system()", row => row.GetString(0), cancellationToken))[0];

    private RestoreException Refuse(string why, string? action) =>
        new(ErrorCatalog.StagingIsSource, why, new ErrorContext { Target = staging.Server, Action = action });
}
