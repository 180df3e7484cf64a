using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

public sealed class SwitchTests
{
    [Fact]
    public async Task A_proven_branch_takes_the_live_databases_place_and_the_old_one_stays_aside()
    {
        await using var site = await PitrSite.StartAsync();
        await site.SqlAsync("CREATE DATABASE mina");
        var live = site.Source.Target.WithDatabase("mina");
        await PitrSite.SqlAsync(live, "CREATE TABLE users (id int PRIMARY KEY)", "INSERT INTO users SELECT generate_series(1, 100)");
        await site.BackUpAsync();
        var before = Lsn.Parse(await site.ValueAsync("SELECT pg_current_wal_insert_lsn()"));
        await PitrSite.SqlAsync(live, "DELETE FROM users");
        await site.ArchiveAsync();
        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = before });
        Assert.Equal(("mina", "100"), (branch.Database, await site.ValueAsync(branch, "SELECT count(*) FROM users")));

        var result = await site.Engine.SwitchBranchAsync(
            new PitrSwitchRequest { Branch = branch.Name, Database = live.ToUri(), Location = Path.Combine(site.Root, "backups") }, site.Observer, PitrSite.Cancel);

        Assert.Equal("100", await PitrSite.ValueAsync(live, "SELECT count(*) FROM users"));
        Assert.Equal(CheckOutcome.Passed, result.Restore!.Proof.Outcome);
        Assert.Equal((branch.Name, branch.Reached, BackupState.Verified), (result.Branch, result.Reached, result.Backup!.State));
        Assert.Equal("1", await site.ValueAsync("SELECT count(*) FROM pg_database WHERE datname LIKE 'mina\\_%'"));
        var steps = await site.Engine.DescribeCutoverAsync(branch.Name, site.Observer, PitrSite.Cancel);
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(step => step.Order));
        Assert.Contains(steps, step => step.Command?.Contains(branch.Path!, StringComparison.Ordinal) == true);
        await site.RemoveAsync(branch);
        Assert.Equal("BranchNotFound", (await Assert.ThrowsAsync<CatalogException>(() =>
            site.Engine.SwitchBranchAsync(new PitrSwitchRequest { Branch = branch.Name, Database = live.ToUri() }, site.Observer, PitrSite.Cancel))).ErrorId);
    }
}
