using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Drill.Staging;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Kind = Mina.Backup.Model.DrillStepKind;

namespace Mina.Backup.Engine.Drill;

/// <summary>One drill of one backup: opens it, restores it into a server of its own, and compares everything with what was recorded of the source.</summary>
internal sealed class BackupDrill : IAsyncDisposable
{
    private static readonly TimeSpan DefaultTimeTarget = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan DefaultPointTarget = TimeSpan.FromHours(25);

    private readonly DrillParts parts;
    private readonly DrillRequest request;
    private readonly RunContext context;
    private readonly DrillJournal journal;
    private readonly CatalogEntry? entry;
    private Task<DrillStaging>? starting;
    private DrillStaging? staging;
    private VerifiedBackup? backup;
    private StagedCopy? copy;
    private IReadOnlyList<TableComparison> tables = [];
    private TimeSpan? recoveryTime;
    private string? kept;

    /// <summary>Prepares the drill of a backup; null when there was none to choose.</summary>
    public BackupDrill(DrillParts parts, DrillRequest request, CatalogEntry? entry, RunContext context)
    {
        this.parts = parts;
        this.request = request;
        this.entry = entry;
        this.context = context;
        journal = new DrillJournal(context, entry is null ? "Recovery drill" : $"Recovery drill of {entry.Info.Name}");
    }

    /// <summary>Does the drill.</summary>
    /// <param name="seed">The seed that chose the backup.</param>
    /// <param name="how">How it was chosen.</param>
    /// <param name="newest">Age of the newest backup of the database; null where nobody knows.</param>
    /// <param name="cancellationToken">Ends the drill; nothing of it remains.</param>
    public async Task<RecoveryDrillResult> RunAsync(int seed, string how, TimeSpan? newest, CancellationToken cancellationToken)
    {
        await journal.RunAsync(
            Kind.Selection,
            () => Task.FromResult(entry is null ? StepFinding.Inconclusive(how) with { ErrorId = ErrorCatalog.BackupNotFound.Id } : StepFinding.Passed($"{entry.Info.Name}: {how}")),
            cancellationToken);
        if (entry is not null && await RecoverAsync(entry, cancellationToken))
        {
            var comparison = new CopyComparison(parts.Tools, backup!, copy!, MajorOf(staging!.ServerVersion)!.Value, journal);
            await comparison.RunAsync(cancellationToken);
            tables = comparison.Tables;
            recoveryTime = journal.ServerLost ? null : journal.Elapsed;
            await TestAsync(cancellationToken);
        }

        var time = new DrillObjective { Measured = recoveryTime, Target = request.RecoveryTimeTarget ?? DefaultTimeTarget, Basis = "from the start of the drill until the restored database was compared" };
        var point = new DrillObjective { Measured = newest, Target = request.RecoveryPointTarget ?? DefaultPointTarget, Basis = "age of the newest backup of the database" };
        if (entry is not null)
        {
            await journal.RunAsync(Kind.Targets, () => Task.FromResult(TargetsCheck.Run(time, point, request.RecoveryPointTarget is not null)), cancellationToken);
        }

        if (staging is not null)
        {
            await journal.RunAsync(Kind.CleanUp, CleanUpAsync, cancellationToken);
        }

        return Complete(DrillResults.Create(DrillType.Backup, journal, time, point, seed, staging?.Description ?? Planned, context));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (copy is not null)
        {
            await copy.DisposeAsync();
        }

        backup?.Dispose();
        if (starting is not null)
        {
            await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (starting.IsCompletedSuccessfully)
            {
                await starting.Result.DisposeAsync();
            }
        }
    }

    private RecoveryDrillResult Complete(RecoveryDrillResult result) => result with
    {
        Backup = entry?.Info.Name,
        Location = entry?.Info.Location,
        BackupCreatedAt = entry?.Info.CreatedAt,
        Database = entry?.Info.Database,
        Tables = tables,
        Environment = result.Environment with { ServerVersion = staging?.ServerVersion },
        KeptStaging = kept,
    };

    private string Planned => request.StagingDatabase is null ? "ephemeral cluster" : "staging server";

    private static int? MajorOf(string? version) =>
        int.TryParse(version?.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;

    /// <summary>Fetch, verify, start, restore; whether there is a copy to compare.</summary>
    private async Task<bool> RecoverAsync(CatalogEntry chosen, CancellationToken cancellationToken)
    {
        if (await journal.RunAsync(Kind.Fetch, () => FetchCheck.RunAsync(chosen, cancellationToken), cancellationToken) is not { Outcome: DrillStepOutcome.Passed })
        {
            return false;
        }

        // A server takes a second to start, in which the backup is read.
        if (MajorOf(chosen.Manifest?.ServerVersion) is { } major)
        {
            starting = StartAsync(chosen, major, cancellationToken);
        }

        await journal.RunAsync(Kind.Verify, () => VerifyAsync(chosen, cancellationToken), cancellationToken);
        if (backup is null)
        {
            return false;
        }

        await journal.RunAsync(Kind.Staging, () => OpenStagingAsync(chosen, cancellationToken), cancellationToken);
        if (staging is null)
        {
            return false;
        }

        await journal.RunAsync(Kind.Restore, () => RestoreAsync(cancellationToken), cancellationToken);
        return copy is not null;
    }

    private async Task<StepFinding> VerifyAsync(CatalogEntry chosen, CancellationToken cancellationToken)
    {
        (backup, var finding) = await new DrillVerification(parts.Verifier, parts.Opener).RunAsync(chosen, request.Keys, context, cancellationToken);
        return finding;
    }

    private async Task<DrillStaging> StartAsync(CatalogEntry chosen, int? major, CancellationToken cancellationToken) => request.StagingDatabase is { } connection
        ? await ServerStaging.OpenAsync(connection, request.SourceDatabase, chosen.Info, context, cancellationToken)
        : await EphemeralStaging.StartAsync(major, context.Environment, cancellationToken);

    private async Task<StepFinding> OpenStagingAsync(CatalogEntry chosen, CancellationToken cancellationToken)
    {
        starting ??= StartAsync(chosen, backup!.ServerMajor, cancellationToken);
        staging = await starting;
        journal.ServerAnswers = staging.AnswersAsync;
        return StepFinding.Passed(staging.Detail);
    }

    private async Task<StepFinding> RestoreAsync(CancellationToken cancellationToken)
    {
        await staging!.PrepareAsync(backup!, cancellationToken);
        copy = await StagedCopy.RestoreAsync(backup!, staging, request, parts.Tools, context, cancellationToken);
        var phases = string.Join(", ", copy.Phases.Select(phase => string.Create(CultureInfo.InvariantCulture, $"{phase.Phase} {phase.Duration.TotalSeconds:F1} s")));
        var notes = string.Concat(copy.Notes.Select(note => " " + note)) + (backup!.Index is null ? " Owners and privileges were left out: the dump does not say which roles it needs." : "");
        return StepFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{backup.PlainLength} bytes of SQL were loaded into the database {copy.Target.Database} ({phases}).{notes}"));
    }

    private async Task TestAsync(CancellationToken cancellationToken)
    {
        if (!journal.ServerLost)
        {
            await new SmokeTests(request.SmokeTests, journal).RunAsync(copy!.Target.ToUri(), cancellationToken);
        }
    }

    private async Task<StepFinding> CleanUpAsync()
    {
        journal.ServerAnswers = null;
        var keep = request.Keep == StagingRetention.Always || (request.Keep == StagingRetention.OnFailure && DrillVerdicts.Of(journal.Steps) != DrillVerdict.Passed);
        if (copy is not null)
        {
            await copy.DisposeAsync();
        }

        if (keep && !journal.ServerLost)
        {
            var how = await staging!.KeepAsync();
            kept = (staging.Server with { Password = null, Database = staging.Database ?? staging.Server.Database }).ToUri();
            return StepFinding.Passed(how);
        }

        await staging!.RemoveAsync();
        return StepFinding.Passed("Nothing that the drill made is left.");
    }
}
