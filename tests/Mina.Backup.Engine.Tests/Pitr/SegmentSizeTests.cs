using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

public sealed class SegmentSizeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task A_cluster_of_unusual_segments_is_branched_as_any_other(int megabytes)
    {
        await using var site = await PitrSite.StartAsync(initdb: ["--wal-segsize", megabytes.ToString(CultureInfo.InvariantCulture), "--data-checksums"]);
        await site.SqlAsync("CREATE TABLE rows (n int)", "INSERT INTO rows VALUES (1)");
        await site.BackUpAsync();
        await site.SqlAsync("INSERT INTO rows SELECT generate_series(2, 50000)");
        await site.ArchiveAsync();
        await site.PublishAsync();

        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Latest });

        Assert.Equal("50000", await site.ValueAsync(branch, "SELECT count(*) FROM rows"));
        await site.RemoveAsync(branch);
        await site.AssertNoBranchAsync();
    }
}
