using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Looks at the target of a restore, refuses what cannot end well, claims the names of its databases and creates what the backup's companion brings.</summary>
internal sealed class RestorePreparation
{
    private readonly ClientTools tools;
    private readonly TargetServer server;
    private readonly NpgsqlConnection maintenance;

    /// <summary>Creates it over a session that lives as long as the restore: the claim ends with it.</summary>
    public RestorePreparation(ClientTools tools, TargetServer server, NpgsqlConnection maintenance)
    {
        this.tools = tools;
        this.server = server;
        this.maintenance = maintenance;
    }

    /// <summary>Prepares a restore; gives its plan, and the names of roles and tablespaces created on the way.</summary>
    public async Task<(RestorePlan Plan, IReadOnlyList<string> Created)> RunAsync(
        RestoreRequest request, RunContext context, VerifiedBackup backup, string target, PhaseClock phases, CancellationToken cancellationToken)
    {
        if (backup.GlobalsProblem is { } lost)
        {
            if (request.RestoreGlobals)
            {
                throw lost;
            }

            context.Warning($"{lost.Message} The restore needs it only for -RestoreGlobals and goes on; Repair-MinaBackup takes it off the backup's manifest.");
        }

        var state = await TargetState.ReadAsync(maintenance, target, cancellationToken);
        Preconditions.CheckTarget(request, target, state, backup.ServerMajor);
        var psql = await tools.FindAsync("psql", state.Major, cancellationToken);
        PsqlRestriction.EnsureKnownTo(psql);
        var leftovers = new LeftoverCleaner(maintenance);
        var names = await leftovers.ClaimAsync(target, context.Now, cancellationToken);
        await leftovers.CleanAsync(names, context, cancellationToken);
        IReadOnlyList<string> created = [];
        IReadOnlyList<string> notes = [];
        if (request.RestoreGlobals)
        {
            (created, notes) = await phases.RunAsync("Globals", null, () => new GlobalsRestorer(psql, server.To(maintenance.Database), state.Major).RunAsync(backup, state, cancellationToken));
            state = await TargetState.ReadAsync(maintenance, target, cancellationToken);
        }

        if (backup.Index is { } index)
        {
            Preconditions.CheckGlobals(request, state, index.Header);
        }

        var plan = new RestorePlan
        {
            Request = request,
            Context = context,
            Backup = backup,
            Server = server.WithoutEventTriggers(state),
            Names = names,
            State = state,
            Psql = psql,
            Phases = phases,
            ForeignDefaults = new ForeignDefaults(state.ForeignRoles),
        };
        plan.Notes.AddRange(notes);
        return (plan, created);
    }
}
