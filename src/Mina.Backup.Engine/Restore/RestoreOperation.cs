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
        var server = new TargetServer(given);
        await using var maintenance = await server.OpenMaintenanceAsync(target, cancellationToken);
        var (plan, created) = await new RestorePreparation(tools, server, maintenance).RunAsync(request, context, backup, target, phases, cancellationToken);
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
}
