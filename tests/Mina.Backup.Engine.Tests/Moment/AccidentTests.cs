using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Pitr;
using Mina.Backup.Engine.Tests.Pitr.Neon;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

/// <summary>
/// The whole way, as an operator goes it: base backup, archive, accident under load, found, branched, compared, brought back. At Neon, which gives no log away, the operator
/// knows the time alone; from the branch on, it is the same way.
/// </summary>
public sealed class AccidentTests
{
    private static readonly string[] Tables = ["public.sessions", "public.segments"];

    private static readonly Accident[] Accidents =
    [
        new("mina_delete", "DELETE FROM sessions WHERE user_id <= 250", "sessions", TransactionOperation.Delete, PitrCopyMode.Missing),
        new("mina_update", "UPDATE sessions SET title = NULL, minutes = 0", "sessions", TransactionOperation.Update, PitrCopyMode.Changed),
        new("mina_keys", "UPDATE segments SET body = upper(body), number = number + 1000", "segments", TransactionOperation.Update, PitrCopyMode.Missing),
        new("mina_truncate", "TRUNCATE sessions CASCADE", "sessions", TransactionOperation.Truncate, PitrCopyMode.Missing),
        new("mina_drop", "DROP TABLE sessions CASCADE", "sessions", TransactionOperation.Drop, PitrCopyMode.Missing),
    ];

    [Theory]
    [InlineData(PitrProvider.Local)]
    [InlineData(PitrProvider.Neon)]
    public async Task Every_row_comes_back_as_it_was_and_what_came_later_stays(PitrProvider provider)
    {
        await using var site = await PitrSite.StartAsync();
        await NeonSite.CreateOwnerAsync(site);
        Dictionary<Accident, (TestDatabase Live, DateTimeOffset Before, uint Xid)> happened = [];
        foreach (var accident in Accidents)
        {
            var live = await TestDatabase.CreateAsync(site.Source.Target, accident.Database);
            await live.ExecuteAsync(MomentScene.Content);
            await live.ExecuteAsync("ANALYZE");
            happened[accident] = (live, default, 0);
        }

        await site.BackUpAsync(request => request with { SkipVerification = true });
        foreach (var accident in Accidents)
        {
            var live = happened[accident].Live;
            await using var load = MomentScene.StartLoad(live);
            await load.MoreAsync(30);
            // Nobody but the accident touches these: as they are now they must be in the end.
            await live.ExecuteAsync("CREATE SCHEMA control; CREATE TABLE control.sessions AS SELECT * FROM sessions; CREATE TABLE control.segments AS SELECT * FROM segments");
            var before = new DateTimeOffset(await live.ScalarAsync<DateTime>("SELECT clock_timestamp()"));
            happened[accident] = (live, before, await MomentScene.TransactAsync(live, accident.Sql));
            await load.MoreAsync(30);
        }

        await site.ArchiveAsync();
        await site.PublishAsync();
        var engine = new RowRecoveryEngine(site.Environment, TimeProvider.System);
        await using var neon = provider == PitrProvider.Neon ? await NeonSite.AttachAsync(site, [.. Accidents.Select(accident => accident.Database)]) : null;
        foreach (var accident in Accidents)
        {
            var (live, before, xid) = happened[accident];
            var point = provider == PitrProvider.Neon
                ? new PitrTarget { Kind = PitrTargetKind.Time, Time = before }
                : new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = await FindAsync(site, engine, accident, xid) };
            var branch = await site.BranchAsync(point, request => request with { Database = accident.Database });
            Assert.Equal(provider, branch.Provider);
            await RecoverAsync(site, engine, accident, live, branch);
        }
    }

    private static async Task<Lsn> FindAsync(PitrSite site, RowRecoveryEngine engine, Accident accident, uint xid)
    {
        var found = await engine.FindAsync(
            new FindTransactionRequest { ArchiveOnly = true, Tables = [accident.Table], Operations = [accident.Operation], DatabaseNames = [accident.Database] },
            site.Observer,
            PitrSite.Cancel);
        Assert.Equal(xid, found[0].Xid);
        return found[0].CommitLsn;
    }

    private static async Task RecoverAsync(PitrSite site, RowRecoveryEngine engine, Accident accident, TestDatabase live, PitrBranch branch)
    {
        var users = await live.ScalarAsync<string>("SELECT md5(string_agg(u::text, ' ' ORDER BY id)) FROM users u");
        var rows = new PitrRowsRequest { BranchUri = branch.ConnectionUri!, BranchName = branch.Name, Database = live.Uri, Tables = Tables };
        var before = await engine.CompareAsync(rows, site.Observer, PitrSite.Cancel);
        Assert.Contains(before, comparison => !comparison.IsIdentical);
        var copied = await engine.CopyAsync(
            new PitrCopyRequest { BranchUri = rows.BranchUri, BranchName = rows.BranchName, Database = rows.Database, Tables = Tables, Mode = accident.Mode }, site.Observer, PitrSite.Cancel);

        Assert.Equal(before.Sum(item => accident.Mode == PitrCopyMode.Missing ? item.Missing : item.Changed ?? 0), copied.Sum(item => item.Inserted + item.Updated));
        foreach (var name in (string[])["sessions", "segments"])
        {
            Assert.Equal(0, await live.ScalarAsync<long>($"SELECT count(*) FROM (SELECT * FROM control.{name} EXCEPT ALL SELECT * FROM public.{name}) lost"));
        }

        Assert.All(await engine.CompareAsync(rows, site.Observer, PitrSite.Cancel), comparison => Assert.Equal((0L, 0L), (comparison.Missing, comparison.Changed ?? -1)));
        Assert.Equal(users, await live.ScalarAsync<string>("SELECT md5(string_agg(u::text, ' ' ORDER BY id)) FROM users u"));
        await site.RemoveAsync(branch);
    }

    private sealed record Accident(string Database, string Sql, string Table, TransactionOperation Operation, PitrCopyMode Mode);
}
