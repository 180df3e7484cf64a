using System.Security.Cryptography;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// Does recovery drills, one after the other, and has each recorded. A drill that fails is a result; what is thrown is that a drill could not be asked for as it was, or
/// not be recorded.
/// </summary>
public sealed class DrillOperation
{
    private readonly DrillParts parts;
    private readonly IDrillRecorder recorder;

    /// <summary>Creates the operation.</summary>
    /// <param name="parts">What drills are made of.</param>
    /// <param name="recorder">Keeps the record.</param>
    public DrillOperation(DrillParts parts, IDrillRecorder recorder)
    {
        this.parts = parts;
        this.recorder = recorder;
    }

    /// <summary>Runs the drills.</summary>
    /// <param name="request">What to drill.</param>
    /// <param name="context">The run.</param>
    /// <param name="report">Takes each result as it comes.</param>
    /// <param name="cancellationToken">Ends the drill under way; nothing of it remains.</param>
    /// <returns>The results, in order.</returns>
    public async Task<IReadOnlyList<RecoveryDrillResult>> RunAsync(DrillRequest request, RunContext context, Action<RecoveryDrillResult> report, CancellationToken cancellationToken)
    {
        Check(request);
        if (request.Scope != DrillScope.Backup)
        {
            // Known now, and not only behind an hour's drill of a backup.
            _ = WalArchivePlace.Resolve(request.Archive, request.Spool, context.Environment);
        }

        var results = new List<RecoveryDrillResult>();
        var seed = request.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var selection = request.Scope == DrillScope.Pitr ? null : await BackupSelection.ReadAsync(parts.Catalog, request, seed, context, cancellationToken);
        for (var number = 0; number < request.Count; number++)
        {
            if (selection is not null)
            {
                await KeepAsync(await DrillBackupAsync(selection, request, context, cancellationToken));
            }

            if (request.Scope != DrillScope.Backup)
            {
                await using var drill = new PitrDrill(parts, request, context);
                await KeepAsync(await drill.RunAsync(unchecked(seed + number), cancellationToken));
            }
        }

        return results;

        async Task KeepAsync(RecoveryDrillResult result)
        {
            results.Add(result);
            report(result);
            // Done, whatever is canceled from here on.
            await recorder.RecordAsync(result, CancellationToken.None);
        }
    }

    private static void Check(DrillRequest request)
    {
        if (request.Scope == DrillScope.Pitr && (request.Backup is not null || request.StagingDatabase is not null || request.Choice != DrillChoice.Random))
        {
            throw new ConfigurationException(
                ErrorCatalog.OptionConflict, "A drill to a point in time starts from a base backup of its archive, on this machine: it takes neither -Backup, -Newest, -Oldest nor -StagingDatabase.");
        }

        if (request.Backup is not null && (request.Choice != DrillChoice.Random || request.Within is not null))
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, "A backup that is given is not chosen: -Backup goes with neither -Newest, -Oldest nor -WithinDays.");
        }
    }

    private async Task<RecoveryDrillResult> DrillBackupAsync(BackupSelection selection, DrillRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var (entry, seed, how) = selection.Next();
        await using var drill = new BackupDrill(parts, request, entry, context);
        return await drill.RunAsync(seed, how, entry is null ? null : selection.AgeOfNewest(entry.Info, context.Now), cancellationToken);
    }
}
