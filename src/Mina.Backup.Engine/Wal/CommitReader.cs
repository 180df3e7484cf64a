using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>Reads commit times out of segments with pg_waldump.</summary>
internal sealed partial class CommitReader(ClientTool waldump, RunContext context)
{
    private const int LookBack = 4;
    private const int LookAhead = 256;

    /// <summary>Time of the last commit of a route, looked for in its last few segments; null when there is none.</summary>
    public async Task<DateTimeOffset?> LastAsync(WalArchive archive, WalRoute route, CancellationToken cancellationToken)
    {
        foreach (var file in route.Files.Reverse().Take(LookBack))
        {
            using var folder = new ScratchFolder(context.Environment);
            var name = file.Name.Segment.ToString();
            await archive.FetchAsync(file.Name, Path.Combine(folder.Path, name), cancellationToken);
            DateTimeOffset? last = null;
            await foreach (var commit in RunAsync(["-p", folder.Path, "-r", "Transaction", name], cancellationToken))
            {
                last = commit;
            }

            if (last is not null)
            {
                return last;
            }
        }

        return null;
    }

    /// <summary>Time of the first commit from a place on, read from plain segments where they lie; null when there is none.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="to">End of the server's log.</param>
    /// <param name="timeline">The server's timeline.</param>
    /// <param name="geometry">How it cuts its log.</param>
    /// <param name="find">Full path of a segment's plain file; null when it cannot be read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether all of the log could be read as far as it was needed, and the commit found.</returns>
    public async Task<(bool Complete, DateTimeOffset? Commit)> FirstAsync(
        Lsn from, Lsn to, uint timeline, WalGeometry geometry, Func<WalSegmentName, string?> find, CancellationToken cancellationToken)
    {
        using var folder = new ScratchFolder(context.Environment);
        var first = geometry.NumberAt(from);
        var last = geometry.NumberAt(new Lsn(to.Value - 1));
        var number = first;
        for (; number <= last && number < first + LookAhead && find(geometry.NameOf(timeline, number)) is { } path; number++)
        {
            File.CreateSymbolicLink(Path.Combine(folder.Path, geometry.NameOf(timeline, number).ToString()), path);
        }

        var complete = number > last;
        var end = complete ? to : geometry.StartOf(number);
        if (end <= from)
        {
            return (complete, null);
        }

        // Without an end it would wait five seconds for the segment behind the last one to appear.
        string[] arguments =
        [
            "-p", folder.Path, "-t", timeline.ToString(CultureInfo.InvariantCulture), "-s", from.ToString(), "-e", end.ToString(), "-r", "Transaction",
        ];
        await foreach (var commit in RunAsync(arguments, cancellationToken))
        {
            return (true, commit);
        }

        return (complete, null);
    }

    // It ends with a failure wherever the log ends, which is what is expected here: what it wrote until then counts.
    private async IAsyncEnumerable<DateTimeOffset> RunAsync(string[] arguments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(waldump, arguments, new Dictionary<string, string> { ["TZ"] = "UTC" }, cancellationToken);
        process.StandardInput.Close();
        using var reader = new StreamReader(process.StandardOutput);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Commit().Match(line) is { Success: true } match
                && DateTimeOffset.TryParseExact(match.Groups[1].Value, "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                yield return time;
            }
        }
    }

    // desc: COMMIT 2026-11-24 15:09:56.123456 UTC; or desc: COMMIT_PREPARED 740: 2026-...
    [GeneratedRegex(@"desc: COMMIT(?:_PREPARED)?\b.*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC")]
    private static partial Regex Commit();
}
