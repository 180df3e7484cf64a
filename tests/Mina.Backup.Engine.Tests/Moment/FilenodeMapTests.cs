using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Tests.Restore;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Engine.Wal.Transactions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

public sealed class FilenodeMapTests(ClusterFixture clusters)
{
    [Fact]
    public async Task A_map_is_written_when_something_changed_encrypted_as_the_archive_is_and_read_back()
    {
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE one (id int PRIMARY KEY, t text)");
        using var machine = new TestMachine();
        using var run = new TestRun(machine);
        using var passphrase = new Secret("names");
        using var keys = KeyRing.Create(new KeyRequest { Passphrase = passphrase }, machine.Environment);
        var folder = Path.Combine(machine.BackupDirectory, "names");
        var store = new FilenodeMapStore(new DirectoryStore(folder));
        var protection = MessageProtection.FromPassphrase(passphrase);
        Task<FilenodeMap?> RecordAsync() => new FilenodeMapRecorder(store).RecordAsync(database.Target, protection, keys, run.Context, TestContext.Current.CancellationToken);

        var first = await RecordAsync();
        await database.ExecuteAsync("INSERT INTO one VALUES (1)");
        // Other tests change their databases meanwhile; what is new must then be told, so only this one is looked at.
        await database.ExecuteAsync("ALTER TABLE one RENAME TO another_name");
        var second = await RecordAsync();

        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.All(Directory.GetFiles(folder), path => Assert.EndsWith(".names.gz.gpg", path, StringComparison.Ordinal));
        Assert.All(Directory.GetFiles(folder), path => Assert.True(File.ReadAllBytes(path).AsSpan().IndexOf("another_name"u8) < 0));
        var maps = await store.ReadAllAsync(keys, problem => Assert.Fail(problem.Message), TestContext.Current.CancellationToken);
        var names = new NameHistory(maps);
        var table = second.Databases.Single(item => item.Name == database.Name).Relations.Single(relation => relation.Name == "another_name");
        var toast = second.Databases.Single(item => item.Name == database.Name).Relations.Single(relation => relation.Kind == 't' && relation.Owner == table.Oid);
        var oid = second.Databases.Single(item => item.Name == database.Name).Oid;
        var file = new RelationFile(table.Tablespace, oid, table.Filenode);
        Assert.Equal("one", names.Find(file, names.EpochAt(first.Lsn))!.Table.Name);
        Assert.Equal("another_name", names.Find(file, names.EpochAt(second.Lsn))!.Table.Name);
        Assert.Equal(["another_name", "one"], names.NamesOf(oid, table.Oid).Select(name => name.Name).Order());
        var folded = names.Find(new RelationFile(toast.Tablespace, oid, toast.Filenode), names.EpochAt(second.Lsn))!;
        Assert.Equal((table.Oid, false), (folded.Table.Oid, folded.IsMain));
    }

    [Fact]
    public async Task Damage_is_told_the_other_maps_serve_and_retention_keeps_the_one_that_still_holds()
    {
        using var machine = new TestMachine();
        using var keys = KeyRing.Create(new KeyRequest(), machine.Environment);
        var folder = Path.Combine(machine.BackupDirectory, "names");
        var store = new FilenodeMapStore(new DirectoryStore(folder));
        foreach (var (lsn, name) in new[] { (0x1000ul, "a"), (0x2000ul, "a"), (0x3000ul, "b"), (0x4000ul, "c") })
        {
            await store.WriteAsync(Map(lsn, name), MessageProtection.None, keys, TestContext.Current.CancellationToken);
        }

        // Two that say the same count as one, from the first on.
        var maps = await store.ReadAllAsync(keys, problem => Assert.Fail(problem.Message), TestContext.Current.CancellationToken);
        Assert.Equal([0x1000ul, 0x3000ul, 0x4000ul], maps.Select(map => map.Lsn.Value));
        await File.WriteAllTextAsync(Directory.GetFiles(folder).Order().ElementAt(2), "no map", TestContext.Current.CancellationToken);
        List<IntegrityException> problems = [];
        Assert.Equal([0x1000ul, 0x4000ul], (await store.ReadAllAsync(keys, problems.Add, TestContext.Current.CancellationToken)).Select(map => map.Lsn.Value));
        Assert.Equal("NamesUnreadable", Assert.Single(problems).ErrorId);

        Assert.Equal(1, await store.PruneAsync(new Lsn(0x2500), TestContext.Current.CancellationToken));
        Assert.Equal([0x2000ul, 0x3000ul, 0x4000ul], (await store.ListAsync(TestContext.Current.CancellationToken)).Select(item => item.Name.Lsn.Value));
    }

    private static FilenodeMap Map(ulong lsn, string name) => new()
    {
        At = DateTimeOffset.UnixEpoch,
        Lsn = new Lsn(lsn),
        Timeline = 1,
        Databases = [new MappedDatabase(5, "mina", [new MappedRelation { Oid = 16384, Tablespace = 1663, Filenode = 16384, Schema = "public", Name = name, Kind = 'r', Rows = (long)lsn }])],
    };
}
