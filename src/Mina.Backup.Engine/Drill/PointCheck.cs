using System.Globalization;
using Mina.Backup.Engine.Pitr.Local;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// Proves by the log itself that a branch stopped where it should: the last transaction that is in ended before the time asked for, and the next one in the log did not.
/// </summary>
internal sealed class PointCheck(WalArchive archive, ClientTools tools, string folder)
{
    private const int SegmentsAtOnce = 4;

    /// <summary>Looks at the log behind the point reached.</summary>
    public async Task<StepFinding> RunAsync(PitrTarget target, PitrPoint reached, uint timeline, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var next = await FindNextAsync(reached.Lsn, timeline, manifest, cancellationToken);
        var stopped = $"Recovery stopped at {reached.Lsn}, behind {(reached.Time is { } last ? $"a transaction that ended at {Text(last)}" : "no transaction")} and before {(next is null ? "no other" : $"one that ended at {Text(next.Value)}")}.";
        if (target.Kind == PitrTargetKind.Latest)
        {
            return next is null
                ? StepFinding.Passed($"{stopped} That is the end of the archive.")
                : StepFinding.Failed($"{stopped} The archive goes on.", ErrorCatalog.PointNotArchived);
        }

        return (reached.Time is null || reached.Time < target.Time) && next >= target.Time
            ? StepFinding.Passed($"{stopped} That is {target}.")
            : StepFinding.Failed($"{stopped} That is not {target}.", ErrorCatalog.PointNotFound);
    }

    /// <summary>When the first transaction behind a place ended; null when none does.</summary>
    private async Task<DateTimeOffset?> FindNextAsync(Lsn from, uint timeline, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var waldump = await tools.FindAsync("pg_waldump", manifest.Major, cancellationToken);
        if (waldump.Version.Major != manifest.Major)
        {
            throw new ToolException(ErrorCatalog.ToolMissing, string.Create(CultureInfo.InvariantCulture, $"pg_waldump of PostgreSQL {manifest.Major} is not installed."), new ErrorContext { Target = "pg_waldump" });
        }

        var scan = new WalRecordScan(archive, waldump, folder, new WalGeometry(manifest.SegmentSize));
        var listing = await archive.ListAsync(cancellationToken);
        var segments = listing.Route(await archive.ReadHistoryAsync(timeline, cancellationToken), from, null).Files;
        // Windows share a segment, as a record may go on in the next one.
        for (var first = 0; first < segments.Count; first += SegmentsAtOnce - 1)
        {
            var marks = await scan.RunAsync([.. segments.Skip(first).Take(SegmentsAtOnce)], from, PitrTargetKind.Xid, cancellationToken);
            if (marks.Count > 0)
            {
                return marks[0].Time;
            }
        }

        return null;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
