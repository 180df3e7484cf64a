using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Drill.Staging;

/// <summary>A server that a backup is restored into for a drill. Disposing it removes whatever the drill made there, unless it was kept.</summary>
internal abstract class DrillStaging : IAsyncDisposable
{
    /// <summary>A superuser, or a role that may create databases, on any of its databases.</summary>
    public abstract ConnectionTarget Server { get; }

    /// <summary>What it is, for the result.</summary>
    public abstract string Description { get; }

    /// <summary>What a step says about it.</summary>
    public abstract string Detail { get; }

    /// <summary>Server version such as <c>15.20</c>.</summary>
    public abstract string ServerVersion { get; }

    /// <summary>The restored database; null until it is made.</summary>
    public string? Database { get; set; }

    /// <summary>Whether missing roles come from the backup's own companion.</summary>
    public virtual bool UsesCompanion(VerifiedBackup backup) => false;

    /// <summary>Creates what a restore needs and the server lacks, as far as the backup's companion does not bring it.</summary>
    public abstract Task PrepareAsync(VerifiedBackup backup, CancellationToken cancellationToken);

    /// <summary>Whether the server can be connected to.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            await using var session = await new PostgresConnector(Server).OpenAsync(CancellationToken.None);
            await SqlQuery.ExecuteAsync(session, "SELECT 1", CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is MinaException || PostgresErrors.IsServers(e))
        {
            return false;
        }
    }

    /// <summary>Leaves everything for inspection; tells how it is removed.</summary>
    public abstract Task<string> KeepAsync();

    /// <summary>Removes what the drill made.</summary>
    public abstract Task RemoveAsync();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Creates those of the backup's roles that the server lacks, without rights or passwords; returns their names.</summary>
    protected static async Task<IReadOnlyList<string>> CreateRolesAsync(NpgsqlConnection session, VerifiedBackup backup, CancellationToken cancellationToken)
    {
        if (backup.Index?.Header is not { } header)
        {
            return [];
        }

        var known = (await SqlQuery.ReadAsync(session, "SELECT rolname FROM pg_catalog.pg_roles", row => row.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var missing = header.Roles.Append(header.Database.Owner).Where(role => !known.Contains(role)).Distinct(StringComparer.Ordinal).ToList();
        foreach (var role in missing)
        {
            await SqlQuery.ExecuteAsync(session, $"CREATE ROLE {SqlText.Identifier(role)} NOLOGIN", cancellationToken);
            await SqlQuery.ExecuteAsync(session, $"COMMENT ON ROLE {SqlText.Identifier(role)} IS 'Made by a recovery drill of mina-backup; drop it.'", cancellationToken);
        }

        return missing;
    }
}
