using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Drill.Staging;

/// <summary>A backup restored into a database of its own on a staging server, by the same code as every restore. It takes nobody's place.</summary>
internal sealed class StagedCopy : IAsyncDisposable
{
    private readonly RestorePlan plan;
    private readonly NpgsqlConnection maintenance;
    private readonly SessionOpener sessions;

    private StagedCopy(RestorePlan plan, NpgsqlConnection maintenance, SessionOpener sessions)
    {
        this.plan = plan;
        this.maintenance = maintenance;
        this.sessions = sessions;
        Phases = [.. plan.Phases.Timings];
    }

    /// <summary>The restored database.</summary>
    public ConnectionTarget Target => plan.Server.To(plan.Names.Copy);

    /// <summary>What the operator should know about the restore, one sentence each.</summary>
    public IReadOnlyList<string> Notes => plan.Notes;

    /// <summary>Time per phase of the restore, in order.</summary>
    public IReadOnlyList<PhaseTiming> Phases { get; }

    /// <summary>Connections that load and compare at once.</summary>
    public int Jobs => plan.Jobs;

    /// <summary>Loads a backup.</summary>
    public static async Task<StagedCopy> RestoreAsync(
        VerifiedBackup backup, DrillStaging staging, DrillRequest request, ClientTools tools, RunContext context, CancellationToken cancellationToken)
    {
        var target = $"drill_{backup.Index?.Header.Database.Name ?? "database"}";
        var server = new TargetServer(staging.Server);
        var maintenance = await server.OpenMaintenanceAsync(target, cancellationToken);
        try
        {
            var restore = new RestoreRequest
            {
                Backup = new BackupReference(backup.Name),
                RestoreGlobals = staging.UsesCompanion(backup),
                // Another program's dump does not say which roles it needs.
                NoOwner = backup.Index is null,
                NoPrivileges = backup.Index is null,
                Jobs = request.Jobs,
            };
            var phases = new PhaseClock(context, $"Restoring {backup.Name}");
            var (plan, _) = await new RestorePreparation(tools, server, maintenance).RunAsync(restore, context, backup, target, phases, cancellationToken);
            // A database of that name would be somebody's own; this one never takes its place.
            plan = plan with { State = plan.State with { Live = null } };
            return await BuildAsync(plan, maintenance, staging, cancellationToken);
        }
        catch
        {
            await maintenance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Compares the copy with what the index recorded or, without one, with what the dump was found to hold.</summary>
    public async Task<T> CompareAsync<T>(Func<CopyProver, BackupIndex, Task<T>> byIndex, Func<RowCountProver, Task<T>> bySummary, CancellationToken cancellationToken)
    {
        await using var builder = new CopyBuilder(plan, maintenance);
        return await builder.CompareAsync(sessions, byIndex, bySummary, cancellationToken);
    }

    /// <summary>Tells how many rows were compared.</summary>
    public void Advance(long rows) => plan.Phases.Advance(rows);

    /// <summary>Makes an empty database out of the backup's schema alone, does something with it, and drops it.</summary>
    public async Task<T> WithReferenceAsync<T>(Func<ConnectionTarget, Task<T>> work, CancellationToken cancellationToken)
    {
        var leftovers = new LeftoverCleaner(maintenance);
        var reference = plan with { Names = await leftovers.ClaimAsync("drill_reference", plan.Context.Now, cancellationToken) };
        await leftovers.CleanAsync(reference.Names, plan.Context, cancellationToken);
        await using var builder = new CopyBuilder(reference, maintenance);
        try
        {
            await builder.CreateAsync(cancellationToken);
            await builder.LoadSchemaAsync(sessions, cancellationToken);
            return await work(plan.Server.To(reference.Names.Copy));
        }
        finally
        {
            await LeftoverCleaner.DropAsync(maintenance, reference.Names.Copy, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => maintenance.DisposeAsync();

    private static async Task<StagedCopy> BuildAsync(RestorePlan plan, NpgsqlConnection maintenance, DrillStaging staging, CancellationToken cancellationToken)
    {
        await using var builder = new CopyBuilder(plan, maintenance);
        var (sessions, notes) = await SessionOpener.CreateAsync(plan.Server, plan.Psql, maintenance, plan.SessionSettings, cancellationToken);
        plan.Notes.AddRange(notes);
        staging.Database = plan.Names.Copy;
        await builder.CreateAsync(cancellationToken);
        // Rows are compared in a step of their own.
        await builder.LoadAsync(sessions, compares: false, cancellationToken);
        if (plan.Properties is { } properties)
        {
            plan.Notes.AddRange(await new PropertyCarrier(maintenance).CarryAsync(plan.Names.Copy, properties, privileges: true, cancellationToken));
        }

        return new StagedCopy(plan, maintenance, sessions);
    }
}
