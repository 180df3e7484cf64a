using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Drill.Staging;

/// <summary>A disposable cluster of this machine.</summary>
internal sealed class EphemeralStaging : DrillStaging
{
    private readonly EphemeralCluster cluster;

    private EphemeralStaging(EphemeralCluster cluster) => this.cluster = cluster;

    /// <inheritdoc/>
    public override ConnectionTarget Server => cluster.Target;

    /// <inheritdoc/>
    public override string Description => "ephemeral cluster";

    /// <inheritdoc/>
    public override string Detail => $"A disposable cluster of PostgreSQL {cluster.ServerVersion} was started in {cluster.Folder}.";

    /// <inheritdoc/>
    public override string ServerVersion => cluster.ServerVersion;

    /// <summary>Starts one of a major version; the newest installed one when null.</summary>
    public static async Task<EphemeralStaging> StartAsync(int? major, HostEnvironment environment, CancellationToken cancellationToken)
    {
        var options = new EphemeralClusterOptions { Major = major, Settings = StagingSettings.For(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) };
        return new EphemeralStaging(await EphemeralCluster.StartAsync(options, environment, cancellationToken));
    }

    /// <inheritdoc/>
    public override bool UsesCompanion(VerifiedBackup backup) => backup is { GlobalsFileName: not null, GlobalsProblem: null };

    /// <inheritdoc/>
    public override async Task PrepareAsync(VerifiedBackup backup, CancellationToken cancellationToken)
    {
        await using var session = await new PostgresConnector(Server).OpenPinnedAsync(cancellationToken);
        if (!UsesCompanion(backup))
        {
            await CreateRolesAsync(session, backup, cancellationToken);
        }

        // Within the cluster's own folder: the places that the companion names may be the source's, on this very machine.
        foreach (var tablespace in backup.Index?.Header.Tablespaces ?? [])
        {
            await SqlQuery.ExecuteAsync(session, "SET allow_in_place_tablespaces = on", cancellationToken);
            await SqlQuery.ExecuteAsync(session, $"CREATE TABLESPACE {SqlText.Identifier(tablespace)} LOCATION ''", cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<string> KeepAsync()
    {
        await cluster.ReleaseAsync();
        return $"Kept. Remove it, as the account that runs its server or as root: kill -QUIT $(head -n 1 {cluster.DataDirectory}/postmaster.pid); rm -rf {cluster.Folder}";
    }

    /// <inheritdoc/>
    public override async Task RemoveAsync()
    {
        await cluster.DisposeAsync();
        if (Directory.Exists(cluster.Folder))
        {
            throw new IOException($"The folder {cluster.Folder} is still there.");
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => cluster.DisposeAsync();
}
