using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Tests.Catalog;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalRetentionTests : IDisposable
{
    private static readonly DateTimeOffset Now = CatalogSamples.Noon;
    private readonly WalLab lab = new();
    private readonly Inventory inventory = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public async Task What_the_oldest_kept_base_backup_needs_stays_and_what_is_before_goes()
    {
        await FillAsync(day: 20, 1, 2, 3, 4, 5);
        await FillAsync(day: 3, 6, 7);
        inventory.Add("old", start: 3, daysAgo: 15);
        inventory.Add("new", start: 6, daysAgo: 2);

        var plan = await Operation(new WalRetentionRequest()).PlanAsync(WalLab.Cancel);
        Assert.Equal((false, "old", Segment(3), 2L), (plan.Removed, plan.OldestBaseBackup, plan.FirstSegment, plan.Segments));
        Assert.Equal(7, Stored().Count);

        var result = await Operation(new WalRetentionRequest()).RemoveAsync(WalLab.Cancel);
        Assert.True(result is { Removed: true, Files: 2, Segments: 2, Size: > 0, BaseBackups.Count: 0 });
        Assert.Equal([3, 4, 5, 6, 7], Stored());
    }

    [Fact]
    public async Task Expired_base_backups_go_on_request_up_to_the_one_that_the_first_kept_day_needs()
    {
        await FillAsync(day: 30, 1, 2, 3);
        await FillAsync(day: 9, 4, 5);
        await FillAsync(day: 1, 6, 7);
        inventory.Add("oldest", start: 1, daysAgo: 25);
        inventory.Add("older", start: 2, daysAgo: 20);
        inventory.Add("anchor", start: 4, daysAgo: 8);
        inventory.Add("newest", start: 6, daysAgo: 1);

        var result = await Operation(new WalRetentionRequest { RemoveBaseBackups = true }).RemoveAsync(WalLab.Cancel);

        Assert.Equal(["oldest", "older"], result.BaseBackups);
        Assert.Equal(["older", "oldest"], inventory.Removed);
        Assert.Equal([4, 5, 6, 7], Stored());
    }

    [Fact]
    public async Task What_a_kept_incremental_one_builds_on_stays_through_however_many_links()
    {
        await FillAsync(day: 30, 1, 2, 3, 4, 5);
        await FillAsync(day: 1, 6, 7);
        inventory.Add("full", start: 1, daysAgo: 28);
        inventory.Add("full+1", start: 2, daysAgo: 27, parent: "full");
        inventory.Add("needed", start: 3, daysAgo: 25);
        inventory.Add("needed+1", start: 4, daysAgo: 22, parent: "needed");
        inventory.Add("aside", start: 4, daysAgo: 21, parent: "needed+1");
        inventory.Add("anchor", start: 5, daysAgo: 8, parent: "needed+1");
        inventory.Add("newest", start: 6, daysAgo: 1, parent: "anchor");

        var result = await Operation(new WalRetentionRequest { RemoveBaseBackups = true }).RemoveAsync(WalLab.Cancel);

        Assert.Equal(["full", "full+1", "aside"], result.BaseBackups);
        Assert.Equal(["aside", "full+1", "full"], inventory.Removed);
        Assert.Equal("needed", result.OldestBaseBackup);
        Assert.Equal([3, 4, 5, 6, 7], Stored());
    }

    [Fact]
    public async Task The_newest_base_backup_keeps_its_wal_however_old_it_is_and_however_short_the_time()
    {
        await FillAsync(day: 300, 1, 2, 3, 4);
        inventory.Add("only", start: 2, daysAgo: 290);

        var result = await Operation(new WalRetentionRequest { RetainFor = TimeSpan.Zero, RemoveBaseBackups = true }).RemoveAsync(WalLab.Cancel);

        Assert.Empty(result.BaseBackups);
        Assert.Equal([2, 3, 4], Stored());
    }

    [Fact]
    public async Task A_base_backup_that_cannot_be_used_is_no_reason_to_let_a_good_one_go()
    {
        await FillAsync(day: 30, 1, 2, 3, 4);
        inventory.Add("good", start: 1, daysAgo: 20);
        inventory.Add("failed", start: 3, daysAgo: 10, BackupState.Failed);

        var result = await Operation(new WalRetentionRequest { RemoveBaseBackups = true }).RemoveAsync(WalLab.Cancel);

        Assert.Empty(result.BaseBackups);
        Assert.Equal([1, 2, 3, 4], Stored());
    }

    [Fact]
    public async Task Without_a_base_backup_nothing_goes_and_one_of_unknown_need_is_an_error()
    {
        await FillAsync(day: 300, 1, 2);
        var result = await Operation(new WalRetentionRequest()).RemoveAsync(WalLab.Cancel);
        Assert.True(result is { Removed: false, Reason: not null, Files: 0 });

        inventory.Add("good", start: 2, daysAgo: 1);
        inventory.AddUnreadable("broken");
        var e = await Assert.ThrowsAsync<CatalogException>(() => Operation(new WalRetentionRequest()).RemoveAsync(WalLab.Cancel));
        Assert.Equal(("RetentionBlocked", "broken"), (e.ErrorId, e.Target));
        Assert.Equal([1, 2], Stored());
    }

    [Fact]
    public async Task Histories_stay_and_the_other_files_of_removed_segments_go_on_every_timeline()
    {
        await FillAsync(day: 30, 1, 2, 3);
        var publisher = lab.Publisher();
        foreach (var name in (string[])["00000002.history", "000000010000000000000001.00000028.backup"])
        {
            await publisher.PublishAsync(lab.Put(name, "1\t0/100000\tpromotion\n"u8.ToArray()), WalLab.Cancel);
        }

        await publisher.PublishAsync(lab.PutSegment(new WalSegmentName(2, 0, 1)), WalLab.Cancel);
        Age(30);
        inventory.Add("base", start: 2, daysAgo: 20);

        var result = await Operation(new WalRetentionRequest()).RemoveAsync(WalLab.Cancel);

        Assert.Equal((3, 2L), (result.Files, result.Segments));
        Assert.Equal(
            ["000000010000000000000002.gz.gpg", "000000010000000000000003.gz.gpg", "00000002.history.gz.gpg", "archive.json"],
            Directory.GetFiles(lab.Store.Location).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    private static string Segment(uint number) => new WalSegmentName(1, 0, number).ToString();

    private async Task FillAsync(int day, params uint[] numbers)
    {
        await lab.PublishAsync(true, [.. numbers.Select(number => new WalSegmentName(1, 0, number))]);
        foreach (var number in numbers)
        {
            File.SetLastWriteTimeUtc(lab.Store.GetAddress(Segment(number) + ".gz.gpg"), Now.AddDays(-day).UtcDateTime);
        }
    }

    private void Age(int days)
    {
        foreach (var path in Directory.GetFiles(lab.Store.Location))
        {
            File.SetLastWriteTimeUtc(path, Now.AddDays(-days).UtcDateTime);
        }
    }

    private List<int> Stored() =>
        [.. Directory.GetFiles(lab.Store.Location, "*.gz.gpg").Select(path => (int)WalSegmentName.Parse(Path.GetFileName(path)[..24]).Low).Order()];

    private WalRetentionOperation Operation(WalRetentionRequest request)
    {
        var environment = new HostEnvironment
        {
            Variable = name => name == "GPG_BACKUP_PASSPHRASE" ? WalLab.Passphrase : null,
            HomeDirectory = lab.Root,
            TempDirectory = lab.Root,
            StateDirectory = lab.Root,
        };
        return new WalRetentionOperation(
            request with { ArchivePath = Path.Combine(lab.Root, "archive") }, new BackupStoreFactory(environment), _ => inventory, SampleContext.Create(environment, out _));
    }

    private sealed class Inventory : IBaseBackupInventory
    {
        private readonly List<BaseBackupInfo> backups = [];

        public List<string> Removed { get; } = [];

        public void Add(string name, uint start, int daysAgo, BackupState state = BackupState.Verified, string? parent = null) => backups.Add(new BaseBackupInfo
        {
            Name = name,
            Kind = parent is null ? BaseBackupKind.Full : BaseBackupKind.Incremental,
            Parent = parent,
            ArchivePath = "archive",
            Location = "base",
            Path = name,
            CreatedAt = Now.AddDays(-daysAgo).AddMinutes(-5),
            EndedAt = Now.AddDays(-daysAgo),
            StartLsn = new Lsn(WalLab.Geometry.StartOf(start).Value + 40),
            StopLsn = new Lsn(WalLab.Geometry.StartOf(start).Value + 400),
            Timeline = 1,
            Size = 1000,
            Encryption = BackupEncryption.None,
            State = state,
        });

        public void AddUnreadable(string name) => backups.Add(new BaseBackupInfo
        {
            Name = name,
            ArchivePath = "archive",
            Location = "base",
            Path = name,
            CreatedAt = Now,
            Size = 0,
            Encryption = BackupEncryption.Unknown,
            State = BackupState.ManifestUnreadable,
            Problem = "it is empty",
        });

        public Task<IReadOnlyList<BaseBackupInfo>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<BaseBackupInfo>>([.. backups]);

        public Task<long> RemoveAsync(string name, CancellationToken cancellationToken)
        {
            Removed.Add(name);
            return Task.FromResult(1000L);
        }
    }
}
