using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Looks through WAL, by <c>pg_waldump</c>, for what a point names: a restore point, a transaction's end, the first commit behind a time. A few
/// segments at a time are unpacked into a folder.
/// </summary>
internal sealed class WalRecordScan
{
    private const int SegmentsAtOnce = 8;
    private readonly WalArchive archive;
    private readonly ClientTool waldump;
    private readonly string folder;
    private readonly WalGeometry geometry;

    /// <summary>Creates a scan.</summary>
    /// <param name="archive">Where the segments come from.</param>
    /// <param name="waldump">The program, of the server's major version.</param>
    /// <param name="folder">A folder of its own, made and removed here.</param>
    /// <param name="geometry">How the cluster cuts its log.</param>
    public WalRecordScan(WalArchive archive, ClientTool waldump, string folder, WalGeometry geometry)
    {
        this.archive = archive;
        this.waldump = waldump;
        this.folder = folder;
        this.geometry = geometry;
    }

    /// <summary>The records that a point may name, in the log's order, from a place on.</summary>
    /// <param name="segments">Segments in the order of replay.</param>
    /// <param name="from">Records before this place are left out.</param>
    /// <param name="kind">The kind of point.</param>
    /// <param name="cancellationToken">Ends the scan.</param>
    public async Task<IReadOnlyList<WalMark>> RunAsync(IReadOnlyList<WalFile> segments, Lsn from, PitrTargetKind kind, CancellationToken cancellationToken)
    {
        var marks = new SortedDictionary<Lsn, WalMark>();
        try
        {
            foreach (var window in Windows(segments))
            {
                Directory.CreateDirectory(folder);
                await archive.FetchAsync(window, folder, Environment.ProcessorCount, null, cancellationToken);
                foreach (var mark in await DumpAsync(window, from, kind, cancellationToken))
                {
                    marks.TryAdd(mark.Lsn, mark);
                }

                Directory.Delete(folder, recursive: true);
            }
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return [.. marks.Values];
    }

    // pg_waldump follows one timeline. A record that goes on in the next segment is seen because windows share one.
    private static IEnumerable<IReadOnlyList<WalFile>> Windows(IReadOnlyList<WalFile> segments)
    {
        for (var first = 0; first < segments.Count;)
        {
            var timeline = segments[first].Name.Timeline;
            var window = segments.Skip(first).TakeWhile(segment => segment.Name.Timeline == timeline).Take(SegmentsAtOnce).ToList();
            yield return window;
            var next = first + window.Count;
            var goesOn = next < segments.Count && segments[next].Name.Timeline == timeline;
            first = goesOn && window.Count > 1 ? next - 1 : next;
        }
    }

    private async Task<List<WalMark>> DumpAsync(IReadOnlyList<WalFile> window, Lsn from, PitrTargetKind kind, CancellationToken cancellationToken)
    {
        var start = new Lsn(Math.Max(geometry.StartOf(window[0].Name.Segment).Value, from.Value));
        string[] arguments =
        [
            "--path=" + folder, "--timeline=" + window[0].Name.Timeline.ToString(CultureInfo.InvariantCulture), "--start=" + start,
            "--end=" + geometry.EndOf(window[^1].Name.Segment), "--rmgr=" + (kind == PitrTargetKind.RestorePoint ? "XLOG" : "Transaction"),
        ];
        await using var process = ToolProcess.Start(waldump, arguments, new Dictionary<string, string> { ["TZ"] = "UTC" }, cancellationToken);
        var marks = new List<WalMark>();
        using var reader = new StreamReader(process.StandardOutput, Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (WalMark.TryParse(line) is { } mark && mark.Lsn >= from)
            {
                marks.Add(mark);
            }
        }

        var exit = await process.WaitAsync(cancellationToken);
        // It ends with a failure where the log ends: in a segment that is not full, or in a record that goes on in a segment not unpacked.
        if (exit.Code != 0 && !IsEnd(exit.ErrorText))
        {
            exit.EnsureSuccess(archive.Location);
        }

        return marks;
    }

    private static bool IsEnd(string error) =>
        error.Contains("error in WAL record at", StringComparison.Ordinal)
        || error.Contains("could not find a valid record after", StringComparison.Ordinal)
        || error.Contains("could not find file", StringComparison.Ordinal)
        || error.Contains("could not open file", StringComparison.Ordinal);
}
