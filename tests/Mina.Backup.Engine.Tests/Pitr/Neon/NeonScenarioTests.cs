using System.Globalization;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr.Neon;

/// <summary>What an operator does after an accident, through the API and with real rows: rows deleted at 14:35, a branch of 14:34, compare, copy back or go live with it.</summary>
public sealed class NeonScenarioTests
{
    private const string Live = "mina";

    [Fact]
    public async Task Deleted_rows_come_back_from_a_branch_of_the_time_before()
    {
        await using var site = await PitrSite.StartAsync();
        var (live, time) = await HaveAccidentAsync(site);
        await using var neon = await NeonSite.AttachAsync(site, Live);

        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Time, Time = time }, request => request with { Name = "before" });
        Assert.Equal((PitrProvider.Neon, NeonSite.Owner, "100"), (branch.Provider, branch.Username, await site.ValueAsync(branch, "SELECT count(*) FROM users")));
        var engine = new RowRecoveryEngine(site.Environment, TimeProvider.System);
        var uri = (await site.Engine.FindBranchAsync("before", site.Observer, PitrSite.Cancel)).ConnectionUri!;
        var rows = new PitrCopyRequest { BranchUri = uri, BranchName = "before", Database = live.Uri, Tables = ["users"] };
        Assert.Equal((40, 60), await engine.CompareAsync(rows, site.Observer, PitrSite.Cancel) is [var compared] ? ((int)compared.Missing, (int)compared.LiveRows) : default);
        Assert.Equal(40, (await engine.CopyAsync(rows, site.Observer, PitrSite.Cancel)).Single().Inserted);
        Assert.Equal(100, await live.ScalarAsync<long>("SELECT count(*) FROM users"));

        var exported = await engine.ExportAsync(new PitrExportRequest { BranchUri = uri, Folder = Path.Combine(site.Root, "csv") }, site.Observer, PitrSite.Cancel);
        Assert.Equal(100, exported.Single().Rows);
        await site.RemoveAsync(branch);
        Assert.Equal(["main"], neon.StandIn.Project.Branches.Select(left => left.Name));
        Assert.Empty(Directory.GetFileSystemEntries(site.BranchPath));
    }

    [Fact]
    public async Task The_default_branch_goes_back_in_place_under_the_same_connection_string()
    {
        await using var site = await PitrSite.StartAsync();
        var (_, time) = await HaveAccidentAsync(site);
        await using var neon = await NeonSite.AttachAsync(site, Live);
        var main = neon.TargetOf(neon.StandIn.Project.Root, Live);
        Assert.Equal("60", await PitrSite.ValueAsync(main, "SELECT count(*) FROM users"));

        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Time, Time = time });
        await site.SqlBranchAsync(branch, "INSERT INTO users VALUES (1000)");
        var result = await site.Engine.SwitchBranchAsync(
            new PitrSwitchRequest { Branch = branch.Name, Method = PitrSwitchMethod.InPlace, PreserveUnderName = "after the accident" }, site.Observer, PitrSite.Cancel);

        // The point, not what was written on the branch since; under the string that applications have.
        Assert.Equal("100", await PitrSite.ValueAsync(main, "SELECT count(*) FROM users"));
        Assert.Equal(("main", "after the accident"), (result.DefaultBranch, result.PreservedBranch));
        Assert.Null(Assert.Single(result.Connections).ReplaceBy);
        Assert.Contains($":{main.Port.ToString(CultureInfo.InvariantCulture)}", result.Connections[0].Host, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_goes_live_as_the_default_with_what_was_repaired_on_it()
    {
        await using var site = await PitrSite.StartAsync();
        var (_, time) = await HaveAccidentAsync(site);
        await using var neon = await NeonSite.AttachAsync(site, Live);
        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Time, Time = time });
        await site.SqlBranchAsync(branch, "INSERT INTO users VALUES (1000)");
        var result = await site.Engine.SwitchBranchAsync(new PitrSwitchRequest { Branch = branch.Name, Method = PitrSwitchMethod.SetAsDefault }, site.Observer, PitrSite.Cancel);

        var change = Assert.Single(result.Connections);
        Assert.Equal(("main", branch.Name), (change.LeadsTo, result.DefaultBranch));
        Assert.Contains(change.ReplaceBy!, branch.ConnectionUri, StringComparison.Ordinal);
        Assert.Equal("101", await site.ValueAsync(branch, "SELECT count(*) FROM users"));
        Assert.Equal("60", await PitrSite.ValueAsync(neon.TargetOf(neon.StandIn.Project.Root, Live), "SELECT count(*) FROM users"));
    }

    private static async Task<(TestDatabase Live, DateTimeOffset Before)> HaveAccidentAsync(PitrSite site)
    {
        await NeonSite.CreateOwnerAsync(site);
        var live = await TestDatabase.CreateAsync(site.Source.Target, Live);
        await live.ExecuteAsync("CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 100)");
        await site.BackUpAsync(request => request with { SkipVerification = true });
        await live.ExecuteAsync("INSERT INTO users VALUES (101); DELETE FROM users WHERE id = 101");
        var before = new DateTimeOffset(await live.ScalarAsync<DateTime>("SELECT clock_timestamp()"));
        await live.ExecuteAsync("DELETE FROM users WHERE id > 60");
        await site.ArchiveAsync();
        return (live, before);
    }
}
