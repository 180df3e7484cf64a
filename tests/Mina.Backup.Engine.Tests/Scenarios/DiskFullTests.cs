using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class DiskFullTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private const string Incompressible = "CREATE TABLE filler AS SELECT g AS id, (SELECT string_agg(md5((g * 100 + i)::text), '') FROM generate_series(1, 60) i) AS t FROM generate_series(1, 15000) g";

    [Fact]
    public async Task The_disk_of_the_backups_is_full_during_the_dump()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("live", Incompressible);
        await using var disk = await SmallDisk.MountAsync(Place, 4);
        var error = await FailsAsync(ErrorCatalog.DiskFull, () => BackupAsync("live"));
        Assert.Contains(Place, error.Message + error.Target, StringComparison.Ordinal);
        Assert.Empty(FilesInPlace());
    }

    [Fact]
    public async Task The_disk_of_the_safety_backup_is_full_and_the_live_database_serves_on()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("live", Incompressible);
        var backup = await BackupAsync("live");
        var before = await DumpText.StateAsync(Server, "live");
        await using var disk = await SmallDisk.MountAsync(SafetyPlace, 4);

        var error = await FailsAsync(ErrorCatalog.SafetyBackupFailed, () => RestoreAsync(backup.Name, "live"));

        Assert.Contains("SkipSafetyBackup", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(SafetyPlace));
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
    }

    [Fact]
    public async Task The_disk_of_the_server_is_full_during_the_restore()
    {
        await Server.CreateAsync("source", "sample.sql");
        await Server.SqlAsync("source", Incompressible);
        await Server.SqlAsync("source", "INSERT INTO filler SELECT id + 100000, t FROM filler; INSERT INTO filler SELECT id + 200000, t FROM filler; CREATE INDEX ON filler (id)");
        var backup = await BackupAsync("source");
        await using var disk = await SmallDisk.MountAsync(Path.Combine("/tmp", "mina-small-" + Guid.NewGuid().ToString("N")), 120);
        await using var small = await ScenarioServer.StartAsync(dataParent: disk.Path);
        await small.CreateAsync("live", "sample.sql");
        var before = await DumpText.StateAsync(small, "live");

        await FailsAsync(ErrorCatalog.ServerDiskFull, () => RestoreAsync(backup.Name, "live", request => request with { SkipSafetyBackup = true }, small));

        Assert.Equal(before, await DumpText.StateAsync(small, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await small.DatabasesAsync());
    }
}
