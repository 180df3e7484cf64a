using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Restores a backup: verifies it, looks at the target, saves what is there, loads and proves a copy, and only then puts it in place.
/// Until that last step the live database is untouched, and a failure or cancellation at any point leaves it serving; -DropFirst is the exception,
/// and its errors say so.
/// </summary>
public sealed class RestoreOperation
{
    private readonly BackupOpener opener;
    private readonly SafetyBackupMaker safetyBackup;
    private readonly ClientTools tools;

    /// <summary>Creates the operation.</summary>
    /// <param name="opener">Verifies a backup in full and opens it.</param>
    /// <param name="safetyBackup">Makes the safety backup.</param>
    /// <param name="tools">Finds psql.</param>
    public RestoreOperation(BackupOpener opener, SafetyBackupMaker safetyBackup, ClientTools tools)
    {
        this.opener = opener;
        this.safetyBackup = safetyBackup;
        this.tools = tools;
    }

    /// <summary>Runs one restore.</summary>
    public async Task<RestoreResult> RunAsync(RestoreRequest request, RunContext context, CancellationToken cancellationToken)
    {
        CheckOptions(request);
        var given = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.TargetNotGiven);
        context.Log.Redact(given.Password?.Reveal() ?? "");
        given = PoolerDetection.ToDirectAddress(given, context);
        var target = TargetName.Resolve(request, given);
        var phases = new PhaseClock(context, $"Restoring {target}");
        try
        {
            using var backup = await phases.RunAsync("VerifyBackup", null, () => opener(request.Backup, request.Keys, request.InPlace ? OpeningCheck.Full : OpeningCheck.Unchanged, context, cancellationToken));
            return await RunAsync(request, context, backup, given, target, phases, cancellationToken);
        }
        catch (Exception problem) when (PostgresErrors.IsServers(problem))
        {
            throw PostgresErrors.Translate(problem, $"restoring into {target}", target);
        }
        finally
        {
            phases.Complete();
        }
    }

    private static void CheckOptions(RestoreRequest request)
    {
        if (request.InPlace && (request.DropFirst || request.DropOriginal))
        {
            throw new ConfigurationException(
                ErrorCatalog.OptionConflict,
                $"-InPlace and {(request.DropFirst ? "-DropFirst" : "-DropOriginal")} contradict each other: in place, no database is dropped.");
        }
    }

    private async Task<RestoreResult> RunAsync(
        RestoreRequest request,
        RunContext context,
        VerifiedBackup backup,
        ConnectionTarget given,
        string target,
        PhaseClock phases,
        CancellationToken cancellationToken)
    {
        if (backup.GlobalsProblem is { } lost)
        {
            if (request.RestoreGlobals)
            {
                throw lost;
            }

            context.Warning($"{lost.Message} The restore needs it only for -RestoreGlobals and goes on; Repair-MinaBackup takes it off the backup's manifest.");
        }

        var server = new TargetServer(given);
        await using var maintenance = await server.OpenMaintenanceAsync(target, cancellationToken);
        var state = await TargetState.ReadAsync(maintenance, target, cancellationToken);
        Preconditions.CheckTarget(request, target, state, backup.Index?.Header.ServerVersionNumber ?? VersionOf(backup.Summary?.ServerVersion));
        var psql = await tools.FindAsync("psql", state.Major, cancellationToken);
        PsqlRestriction.EnsureKnownTo(psql);
        var names = await ClaimAsync(maintenance, target, context, cancellationToken);
        await new LeftoverCleaner(maintenance).CleanAsync(names, context, cancellationToken);
        IReadOnlyList<string> created = [];
        IReadOnlyList<string> notes = [];
        if (request.RestoreGlobals)
        {
            (created, notes) = await phases.RunAsync("Globals", null, () => new GlobalsRestorer(psql, server.To(maintenance.Database)).RunAsync(backup, state, cancellationToken));
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
            Server = server,
            Names = names,
            State = state,
            Psql = psql,
            Phases = phases,
            ForeignDefaults = new ForeignDefaults(state.ForeignRoles),
        };
        plan.Notes.AddRange(notes);
        NoteOtherDatabase(plan);
        return await RestoreAsync(plan, maintenance, created, cancellationToken);
    }

    // Often meant, as when a copy is refreshed; a wrong DATABASE_URL looks just the same.
    private static void NoteOtherDatabase(RestorePlan plan)
    {
        if (plan.State.Live is not null && plan.Backup.Index?.Header.Database.Name is { } source && source != plan.Names.Target)
        {
            var message = $"The backup {plan.Backup.Name} is of the database {source}; it is restored over the database {plan.Names.Target}.";
            plan.Context.Warning(message);
            plan.Notes.Add(message);
        }
    }

    private async Task<RestoreResult> RestoreAsync(RestorePlan plan, NpgsqlConnection maintenance, IReadOnlyList<string> created, CancellationToken cancellationToken)
    {
        var saved = await plan.Phases.RunAsync("SafetyBackup", null, () => new SafetyBackup(safetyBackup, plan)
            .RunAsync(plan.Server.To(plan.Names.Target).ToUri(), maintenance, cancellationToken));
        RestoreProof proof;
        string? aside = null;
        if (plan.Request.InPlace)
        {
            proof = await new InPlaceRestore(plan).RunAsync(maintenance, cancellationToken);
        }
        else
        {
            var restore = new SwapRestore(plan, maintenance);
            try
            {
                proof = await restore.RunAsync(cancellationToken);
            }
            catch (Exception problem) when (restore.LiveDropped && saved is not null)
            {
                throw LiveLost(plan, saved, restore.KeptCopy, problem);
            }

            aside = await restore.DropOriginalAsync(proof);
        }

        return new RestoreResult
        {
            Backup = plan.Backup.Name,
            Location = plan.Backup.Store.Location,
            Database = plan.Names.Target,
            Server = plan.Server.Server,
            Method = MethodOf(plan),
            SetAsideDatabase = aside,
            SafetyBackup = saved,
            CreatedGlobals = created,
            Proof = proof,
            Phases = [.. plan.Phases.Timings],
            Duration = plan.Phases.Elapsed,
            Notes = [.. plan.Notes, .. plan.ForeignDefaults.Notes],
            LogPath = plan.Context.Log.Path,
        };
    }

    // The catalog's advice for most errors says that the live database is as it was; after -DropFirst it is not.
    private static RestoreException LiveLost(RestorePlan plan, BackupResult saved, string? keptCopy, Exception problem)
    {
        var target = plan.Names.Target;
        var known = problem as MinaException
            ?? (problem is OperationCanceledException ? null : PostgresErrors.Translate(problem, $"restoring into {target}", target));
        return new RestoreException(
            known?.Definition ?? ErrorCatalog.ScriptFailed,
            $"{known?.Message ?? "The restore was canceled."} The database {target} had been dropped before, as -DropFirst demands; its content is in the safety backup {saved.Name}.",
            new ErrorContext
            {
                Target = target,
                Action = (keptCopy is null ? "" : $"{known?.RecommendedAction} Or: ") + $"Restore the safety backup: {saved.Path}",
                SqlState = known?.SqlState,
                ServerDetail = known?.ServerDetail,
                ServerHint = known?.ServerHint,
            },
            problem);
    }

    private static RestoreMethod MethodOf(RestorePlan plan) => plan switch
    {
        { Request.InPlace: true } => RestoreMethod.InPlace,
        { State.Live: null } => RestoreMethod.Created,
        { Request.DropFirst: true } => RestoreMethod.DroppedFirst,
        _ => RestoreMethod.Swapped,
    };

    // Two runs that start within one second would choose the same name; the later one moves on.
    private static async Task<RestoreNames> ClaimAsync(NpgsqlConnection maintenance, string target, RunContext context, CancellationToken cancellationToken)
    {
        var names = new RestoreNames(target, context.Now);
        while (!await new LeftoverCleaner(maintenance).ClaimAsync(names, cancellationToken))
        {
            names = names with { StartedAt = names.StartedAt.AddSeconds(1) };
        }

        return names;
    }

    private static int? VersionOf(string? serverVersion) =>
        serverVersion is not null && int.TryParse(serverVersion.Split('.', ' ')[0], out var major) ? major * 10000 : null;
}
