using System.Globalization;
using System.Text.RegularExpressions;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

/// <summary>
/// A ledger gets one row per transaction with that transaction's id; pg_waldump, run by the test, says where and when each was committed. A branch
/// must hold exactly the rows committed up to its point.
/// </summary>
public sealed partial class BranchExactnessTests
{
    private const int Seed = 20261124;
    private const int Points = 30;

    [Fact]
    public async Task A_branch_holds_exactly_what_was_committed_up_to_its_point_at_thirty_random_points()
    {
        await using var site = await PitrSite.StartAsync();
        await site.SqlAsync("CREATE TABLE ledger (xid bigint PRIMARY KEY, writer int)", "CREATE TABLE noise (n int)");
        await site.BackUpAsync();
        await WriteAsync(site, transactions: 60);
        await site.BackUpAsync();
        await WriteAsync(site, transactions: 90);
        await site.ArchiveAsync();
        var ends = await ReadEndsAsync(site);
        var all = (await site.ValueAsync("SELECT string_agg(xid::text, ',') FROM ledger")).Split(',').Select(ulong.Parse).ToHashSet();
        Assert.Equal(600, all.Count);
        await site.PublishAsync();
        var random = new Random(Seed);
        // One branch is stepped from point to point; the others are made anew, at each kind of point.
        var ledger = ends.Where(end => end.Committed && all.Contains(end.Xid)).ToList();
        var first = 2 + ledger.FindIndex(commit => commit.Lsn > FirstStop(site));
        var chosen = Enumerable.Range(0, Points).Select(_ => random.Next(first, ledger.Count)).Order().ToList();
        PitrBranch? paused = null;

        for (var i = 0; i < chosen.Count; i++)
        {
            var commit = ledger[chosen[i]];
            var target = Target(commit, random);
            var expected = Expected(ends, target).Where(ledger.Contains).Select(entry => entry.Xid).Order();
            if (i % 3 != 0 && (paused is null || Expected(ends, target).Count() > Expected(ends, paused.Target).Count()))
            {
                paused = paused is null
                    ? await site.BranchAsync(target, request => request with { ReadOnly = true })
                    : await site.Engine.StepBranchAsync(new() { Name = paused.Name, Target = target }, site.Observer, PitrSite.Cancel);
                AssertSame(expected, await RowsAsync(site, paused), target);
                Assert.Equal(PitrBranchState.Paused, paused.State);
                continue;
            }

            var branch = await site.BranchAsync(target);
            AssertSame(expected, await RowsAsync(site, branch), target);
            Assert.Equal(Expected(ends, target).LastOrDefault()?.Time, branch.Reached!.Time);
            await site.SqlBranchAsync(branch, "INSERT INTO noise VALUES (1)");
            await site.RemoveAsync(branch);
        }

        await site.RemoveAsync(paused!);
        await site.AssertNoBranchAsync();
    }

    private static PitrTarget Target(Commit commit, Random random)
    {
        var inclusive = random.Next(2) == 0;
        return random.Next(3) switch
        {
            0 => new PitrTarget { Kind = PitrTargetKind.Time, Time = commit.Time, Inclusive = inclusive },
            1 => new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = commit.Lsn, Inclusive = inclusive },
            _ => new PitrTarget { Kind = PitrTargetKind.Xid, Xid = commit.Xid, Inclusive = inclusive },
        };
    }

    // What PostgreSQL's definition of the point says, in the log's order: times need not rise with it, and the first one that is too late ends it, be it
    // a commit's or a rollback's.
    private static IEnumerable<Commit> Expected(IEnumerable<Commit> commits, PitrTarget target)
    {
        foreach (var commit in commits)
        {
            var isPoint = target.Kind switch
            {
                PitrTargetKind.Time => commit.Time >= target.Time,
                PitrTargetKind.Lsn => commit.Lsn >= target.Lsn,
                _ => commit.Xid == target.Xid,
            };
            var isBehind = target.Kind == PitrTargetKind.Time ? commit.Time > target.Time : isPoint;
            if (target.Inclusive ? isBehind && target.Kind == PitrTargetKind.Time : isPoint)
            {
                yield break;
            }

            yield return commit;
            if (isPoint && target.Kind != PitrTargetKind.Time)
            {
                yield break;
            }
        }
    }

    private static void AssertSame(IEnumerable<ulong> expected, IEnumerable<ulong> found, PitrTarget target) =>
        Assert.True(expected.SequenceEqual(found), $"{target}: expected {string.Join(',', expected.Except(found))} more and {string.Join(',', found.Except(expected))} less.");

    private static Lsn FirstStop(PitrSite site)
    {
        var manifests = Directory.GetFiles(site.Place.BaseLocation, "*.manifest.json").Order(StringComparer.Ordinal);
        return Lsn.Parse(StopLsn().Match(File.ReadAllText(manifests.First())).Groups[1].Value);
    }

    private static async Task<List<ulong>> RowsAsync(PitrSite site, PitrBranch branch)
    {
        var text = await site.ValueAsync(branch, "SELECT coalesce(string_agg(xid::text, ',' ORDER BY xid), '') FROM ledger");
        return [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(xid => ulong.Parse(xid, CultureInfo.InvariantCulture))];
    }

    // Four writers at once; each third transaction works in a subtransaction, each fifth is prepared first, each seventh is rolled back.
    private static async Task WriteAsync(PitrSite site, int transactions)
    {
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            var statements = new List<string>();
            for (var i = 0; i < transactions; i++)
            {
                const string Row = "INSERT INTO ledger SELECT pg_current_xact_id()::text::bigint, ";
                statements.Add("BEGIN");
                statements.Add(i % 3 == 0 ? $"DO $$ BEGIN INSERT INTO noise VALUES (1); BEGIN {Row}{writer}; EXCEPTION WHEN division_by_zero THEN NULL; END; END $$" : Row + writer);
                if (i % 5 == 0)
                {
                    statements.Add($"PREPARE TRANSACTION 'p{writer}'");
                    statements.Add($"COMMIT PREPARED 'p{writer}'");
                }
                else
                {
                    statements.Add("COMMIT");
                }

                if (i % 7 == 0)
                {
                    statements.AddRange(["BEGIN", Row + writer, "ROLLBACK"]);
                }
            }

            await site.SqlAsync([.. statements]);
        }));
        await Task.WhenAll(writers);
    }

    private static async Task<List<Commit>> ReadEndsAsync(PitrSite site)
    {
        var segments = Directory.GetFiles(site.SpoolPath).Select(path => Path.GetFileName(path)).Where(name => name.Length == 24).Order(StringComparer.Ordinal).ToList();
        var lines = await Programs.ShellAsync(
            $"{site.Source.BinDirectory}/pg_waldump -p {site.SpoolPath} -r Transaction {segments[0]} {segments[^1]} 2>/dev/null || true",
            new Dictionary<string, string> { ["TZ"] = "UTC" });
        var commits = new List<Commit>();
        foreach (Match match in CommitLine().Matches(lines))
        {
            var xid = match.Groups["prepared"].Success ? match.Groups["prepared"].Value : match.Groups["xid"].Value;
            commits.Add(new Commit(
                ulong.Parse(xid, CultureInfo.InvariantCulture),
                Lsn.Parse(match.Groups["lsn"].Value),
                DateTimeOffset.Parse(match.Groups["time"].Value + "Z", CultureInfo.InvariantCulture),
                match.Groups["kind"].Value == "COMMIT"));
        }

        return commits;
    }

    [GeneratedRegex(@"tx:\s+(?<xid>\d+), lsn: (?<lsn>\S+),.*desc: (?<kind>COMMIT|ABORT)(?:_PREPARED (?<prepared>\d+):)? (?<time>\S+ \S+) UTC")]
    private static partial Regex CommitLine();

    [GeneratedRegex("\"stopLsn\": \"([^\"]+)\"")]
    private static partial Regex StopLsn();

    private sealed record Commit(ulong Xid, Lsn Lsn, DateTimeOffset Time, bool Committed);
}
