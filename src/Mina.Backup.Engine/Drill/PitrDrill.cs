using System.Globalization;
using System.Security.Cryptography;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Drill.Checks;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;
using Kind = Mina.Backup.Model.DrillStepKind;

namespace Mina.Backup.Engine.Drill;

/// <summary>One drill of an archive: a branch at a random point, which must have reached exactly that point, and be sound.</summary>
internal sealed class PitrDrill : IAsyncDisposable
{
    private static readonly TimeSpan DefaultTimeTarget = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan DefaultPointTarget = TimeSpan.FromMinutes(5);

    // A branch that a killed drill left goes with the guard; its record when it has expired.
    private static readonly TimeSpan LongestDrill = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestInspection = TimeSpan.FromDays(7);

    private readonly DrillParts parts;
    private readonly DrillRequest request;
    private readonly RunContext context;
    private readonly DrillJournal journal;
    private readonly WalArchivePlace place;
    private WalArchiveInfo? archive;
    private PitrTarget? target;
    private PitrBranch? branch;
    private ClusterGuard? guard;
    private BaseBackupManifest? manifest;
    private TimeSpan? recoveryTime;
    private string? kept;

    /// <summary>Prepares a drill.</summary>
    /// <exception cref="ConfigurationException"><c>ArchiveNotGiven</c>.</exception>
    public PitrDrill(DrillParts parts, DrillRequest request, RunContext context)
    {
        this.parts = parts;
        this.request = request;
        this.context = context;
        place = WalArchivePlace.Resolve(request.Archive, request.Spool, context.Environment);
        journal = new DrillJournal(context, $"Recovery drill of {place.Location}");
    }

    private ConnectionTarget Server => ConnectionTarget.Parse(branch!.ConnectionUri!, context.Environment);

    /// <summary>Does the drill.</summary>
    /// <param name="seed">Chooses the point.</param>
    /// <param name="cancellationToken">Ends the drill; nothing of it remains.</param>
    public async Task<RecoveryDrillResult> RunAsync(int seed, CancellationToken cancellationToken)
    {
        await journal.RunAsync(Kind.Selection, () => ChooseAsync(seed, cancellationToken), cancellationToken);
        if (target is not null)
        {
            await journal.RunAsync(Kind.Branch, () => BranchAsync(cancellationToken), cancellationToken);
        }

        if (branch is not null)
        {
            await CheckAsync(branch, cancellationToken);
        }

        var time = new DrillObjective { Measured = recoveryTime, Target = request.RecoveryTimeTarget ?? DefaultTimeTarget, Basis = "from the start of the drill until the branch was checked" };
        var point = new DrillObjective
        {
            Measured = archive?.LagTime,
            Target = request.RecoveryPointTarget ?? DefaultPointTarget,
            Basis = archive?.Server is { } server ? $"age of the oldest commit of {server} that the archive does not have" : "no source was given to compare the archive with",
        };
        await journal.RunAsync(Kind.Targets, () => Task.FromResult(TargetsCheck.Run(time, point, request.RecoveryPointTarget is not null)), cancellationToken);
        var made = branch;
        if (branch is not null)
        {
            await journal.RunAsync(Kind.CleanUp, CleanUpAsync, cancellationToken);
        }

        var result = DrillResults.Create(DrillType.Pitr, journal, time, point, seed, "branch", context);
        return result with
        {
            Backup = made?.BaseBackup ?? archive?.Window?.BaseBackup,
            Location = place.Location,
            BackupCreatedAt = manifest?.EndedAt,
            Point = target,
            Reached = made?.Reached,
            Environment = result.Environment with { ServerVersion = made?.ServerVersion },
            KeptStaging = kept,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (branch is { } left)
        {
            branch = null;
            await RemoveAsync(left);
        }
    }

    private async Task<StepFinding> ChooseAsync(int seed, CancellationToken cancellationToken)
    {
        var look = new WalStatusRequest { ArchivePath = request.Archive, SpoolPath = request.Spool, Database = request.SourceDatabase, Keys = request.Keys };
        archive = await new WalStatusOperation(look, parts.Stores, OpenInventory, parts.Tools, context).RunAsync(cancellationToken);
        if (archive.Window is not { } window)
        {
            return StepFinding.Failed($"Nothing can be recovered from the archive {place.Location}.", ErrorCatalog.NoBaseBackup, [.. archive.Problems.Select(problem => problem.Message)]);
        }

        target = PitrPointChoice.Choose(window, seed);
        return StepFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{target}, by seed {seed}, within {window.From} to {window.To} of timeline {window.Timeline}."));
    }

    private BaseBackupInventory OpenInventory(WalArchivePlace at) => new(new BaseBackupCatalog(parts.Stores.Open(at.BaseLocation)), context.Clock);

    private async Task<StepFinding> BranchAsync(CancellationToken cancellationToken)
    {
        branch = await parts.Branches.CreateAsync(
            new PitrBranchRequest
            {
                Target = target!,
                Name = string.Create(CultureInfo.InvariantCulture, $"drill_{context.Now.UtcDateTime:yyyyMMdd_HHmmss}_{RandomNumberGenerator.GetHexString(4, lowercase: true)}"),
                Archive = request.Archive,
                Spool = request.Spool,
                ExpiresIn = request.Keep == StagingRetention.Never ? LongestDrill : LongestInspection,
                Keys = request.Keys,
            },
            context,
            cancellationToken);
        // A branch outlives whoever made it; a drill's must not.
        guard = branch.Path is { } folder ? ClusterGuard.Start(folder) : null;
        context.Log.Redact(Server.Password?.Reveal() ?? "");
        journal.ServerAnswers = AnswersAsync;
        manifest = await new BaseBackupCatalog(parts.Stores.Open(place.BaseLocation)).FindAsync(branch.BaseBackup!, cancellationToken);
        return StepFinding.Passed(string.Create(
            CultureInfo.InvariantCulture, $"Base backup {branch.BaseBackup} and {branch.ReplayedBytes} bytes of WAL made the branch {branch.Name}."));
    }

    private async Task CheckAsync(PitrBranch made, CancellationToken cancellationToken)
    {
        if (manifest is not null && made is { Reached: { } reached, Path: { } folder })
        {
            await journal.RunAsync(Kind.Point, () => CheckPointAsync(reached, Path.Combine(folder, "scan"), cancellationToken), cancellationToken);
        }

        var steps = new (Kind Kind, Func<CancellationToken, Task<StepFinding>> Work)[]
        {
            (Kind.Indexes, CheckIndexesAsync),
            (Kind.Constraints, CheckConstraintsAsync),
            (Kind.Amcheck, CheckStructureAsync),
        };
        foreach (var (kind, work) in steps)
        {
            if (!journal.ServerLost)
            {
                await journal.RunAsync(kind, () => work(cancellationToken), cancellationToken);
            }
        }

        recoveryTime = journal.ServerLost ? null : journal.Elapsed;
        await new SmokeTests(request.SmokeTests, journal).RunAsync(made.ConnectionUri!, cancellationToken);
    }

    private async Task<StepFinding> CheckPointAsync(PitrPoint reached, string scratch, CancellationToken cancellationToken)
    {
        using var keys = KeyRing.Create(request.Keys, context.Environment);
        keys.HideIn(context.Log);
        return await new PointCheck(WalArchive.Open(place, parts.Stores, keys), parts.Tools, scratch).RunAsync(target!, reached, archive!.Window!.Timeline, manifest!, cancellationToken);
    }

    // A copy of files has whatever the source had: an index that was being built at the point is not valid in the branch either.
    private async Task<StepFinding> CheckIndexesAsync(CancellationToken cancellationToken)
    {
        var invalid = new List<string>();
        foreach (var database in await DatabasesAsync(cancellationToken))
        {
            invalid.AddRange((await new CatalogCheck(database).InvalidIndexesAsync(cancellationToken)).Select(index => $"{index.Name} in {database.Database}"));
        }

        return StepFinding.Passed(invalid.Count == 0 ? "Every index is valid." : $"Every index is valid but those that were not in the source at that point: {string.Join(", ", invalid)}.");
    }

    private async Task<StepFinding> CheckConstraintsAsync(CancellationToken cancellationToken)
    {
        var keys = 0;
        var differences = new List<string>();
        foreach (var database in await DatabasesAsync(cancellationToken))
        {
            var (count, lost) = await ForeignKeyCheck.RunAsync(database, cancellationToken);
            keys += count;
            differences.AddRange(lost);
        }

        return StepFinding.Of(string.Create(CultureInfo.InvariantCulture, $"The rows agree with all {keys} foreign keys."), "Rows do not agree with their foreign keys.", differences);
    }

    private async Task<StepFinding> CheckStructureAsync(CancellationToken cancellationToken) =>
        await new AmcheckRun(parts.Tools, manifest!.Major, Math.Clamp(Environment.ProcessorCount, 1, 8)).RunAsync(await DatabasesAsync(cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<ConnectionTarget>> DatabasesAsync(CancellationToken cancellationToken)
    {
        await using var session = await new PostgresConnector(Server).OpenPinnedAsync(cancellationToken);
        const string All = "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1";
        return [.. (await SqlQuery.ReadAsync(session, All, row => row.GetString(0), cancellationToken)).Select(Server.WithDatabase)];
    }

    private async Task<StepFinding> CleanUpAsync()
    {
        var made = branch!;
        branch = null;
        journal.ServerAnswers = null;
        if (!journal.ServerLost && (request.Keep == StagingRetention.Always || (request.Keep == StagingRetention.OnFailure && DrillVerdicts.Of(journal.Steps) != DrillVerdict.Passed)))
        {
            kept = (ConnectionTarget.Parse(made.ConnectionUri!, context.Environment) with { Password = null }).ToUri();
            if (guard is not null)
            {
                await guard.ReleaseAsync();
            }

            return StepFinding.Passed(string.Create(
                CultureInfo.InvariantCulture, $"Kept until {made.ExpiresAt?.UtcDateTime:yyyy-MM-dd HH:mm}Z. Get-MinaPitrBranch {made.Name} gives its connection; Remove-MinaPitrBranch {made.Name} removes it."));
        }

        await RemoveAsync(made);
        return StepFinding.Passed("Nothing that the drill made is left.");
    }

    private async Task RemoveAsync(PitrBranch made)
    {
        await parts.Branches.RemoveAsync(made.Name, force: false, context, CancellationToken.None);
        if (guard is not null)
        {
            await guard.DisposeAsync();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var session = await new PostgresConnector(Server).OpenAsync(CancellationToken.None);
            return true;
        }
        catch (MinaException)
        {
            return false;
        }
    }
}
