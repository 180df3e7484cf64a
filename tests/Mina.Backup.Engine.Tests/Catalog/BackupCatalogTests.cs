using System.Text;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed class BackupCatalogTests : IDisposable
{
    private const string First = "mina_db_backup_20261120_000000";
    private const string Second = "mina_db_backup_20261121_000000";
    private const string Third = "mina_db_backup_20261122_000000";

    private readonly SamplePlace place = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task Backups_of_both_default_folders_are_listed_newest_first_with_everything_the_manifest_says()
    {
        await place.WriteListedAsync(First, encrypted: true, verified: true);
        await place.WriteListedAsync(Third, encrypted: true);
        var plain = place.Stores.Open(place.Environment.PlainBackupDirectory);
        var manifest = CatalogSamples.Manifest(Second);
        await plain.PutAsync(manifest.Data.Name, new byte[7], replace: false, Cancellation);
        await plain.PutAsync(BackupNames.ManifestFile(Second), ManifestSerializer.Write(manifest), replace: false, Cancellation);

        var listed = await ListAsync(new BackupQuery());

        Assert.Equal([Third, Second, First], listed.Select(info => info.Name));
        Assert.Equal([BackupState.NotVerified, BackupState.NotVerified, BackupState.Verified], listed.Select(info => info.State));
        Assert.Equal([true, false, true], listed.Select(info => info.Encrypted));
        var oldest = listed[2];
        Assert.Equal("mina", oldest.Database);
        Assert.Equal("localhost:5432", oldest.Server);
        Assert.Equal("15.20", oldest.ServerVersion);
        Assert.Equal(TimeSpan.FromSeconds(12.345), oldest.Duration);
        Assert.Equal(CatalogSamples.Noon - oldest.CreatedAt, oldest.Age);
        Assert.Equal(BackupFormat.Mina, oldest.Format);
        Assert.Equal(place.PathOf(First + ".sql.gz.gpg"), oldest.Path);
        Assert.Equal(3, oldest.Rows);
        Assert.False(oldest.HasGlobals);
    }

    [Theory]
    [InlineData("nightly.sql", BackupEncryption.None)]
    [InlineData("nightly.sql.gz", BackupEncryption.None)]
    [InlineData("nightly.sql.gz.gpg", BackupEncryption.Unknown)]
    [InlineData("nightly.sql.gpg", BackupEncryption.Unknown)]
    public async Task Files_of_other_scripts_are_listed_without_a_manifest(string fileName, BackupEncryption encryption)
    {
        await place.WriteRawAsync(fileName, new byte[5]);

        var info = Assert.Single(await ListAsync(new BackupQuery()));

        Assert.Equal("nightly", info.Name);
        Assert.Equal(fileName, info.FileName);
        Assert.Equal(BackupFormat.Script, info.Format);
        Assert.Equal(BackupState.NotVerified, info.State);
        Assert.Equal(encryption, info.Encryption);
        Assert.Equal(5, info.Size);
        Assert.Null(info.Database);
        Assert.Equal(new DateTimeOffset(File.GetLastWriteTimeUtc(place.PathOf(fileName))), info.CreatedAt);
    }

    [Fact]
    public async Task The_time_in_the_name_of_a_script_s_file_counts_as_UTC()
    {
        await place.WriteRawAsync("mina_db_backup_20240229_235959.sql.gz", new byte[5]);

        var info = Assert.Single(await ListAsync(new BackupQuery()));

        Assert.Equal(new DateTimeOffset(2024, 2, 29, 23, 59, 59, TimeSpan.Zero), info.CreatedAt);
    }

    [Fact]
    public async Task Companions_and_other_files_are_no_backups()
    {
        await place.WriteListedAsync(First);
        await place.WriteRawAsync(First + ".globals.sql.gz", [1]);
        await place.WriteRawAsync(First + ".index.jsonl.gz", [1]);
        await place.WriteRawAsync("orphan.globals.sql.gz", [1]);
        await place.WriteRawAsync("notes.txt", [1]);

        var info = Assert.Single(await ListAsync(new BackupQuery()));

        Assert.True(info.HasGlobals);
    }

    [Fact]
    public async Task An_unreadable_manifest_is_shown_as_such()
    {
        await place.WriteListedAsync(First, verified: true);
        await place.WriteRawAsync(First + ".manifest.json", Encoding.UTF8.GetBytes("{\"name\": \"mina"));

        var info = Assert.Single(await ListAsync(new BackupQuery()));

        Assert.Equal(BackupState.ManifestUnreadable, info.State);
        Assert.Contains(First, info.Problem, StringComparison.Ordinal);
        Assert.Equal(First + ".sql.gz", info.FileName);
        Assert.Equal(7, info.Size);
    }

    [Fact]
    public async Task A_manifest_of_another_backup_is_shown_as_such()
    {
        await place.WriteListedAsync(First);
        await place.WriteRawAsync(First + ".manifest.json", ManifestSerializer.Write(CatalogSamples.Manifest(Second)));

        var info = Assert.Single(await ListAsync(new BackupQuery()));

        Assert.Equal(BackupState.ManifestUnreadable, info.State);
        Assert.Contains(Second, info.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_without_its_data_file_is_shown_as_such()
    {
        await place.WriteListedAsync(First, verified: true);
        File.Delete(place.PathOf(First + ".sql.gz"));

        var info = Assert.Single(await ListAsync(new BackupQuery()));

        Assert.Equal(BackupState.DataMissing, info.State);
        Assert.NotNull(info.Problem);
    }

    [Fact]
    public async Task A_data_file_of_another_size_is_never_shown_as_verified()
    {
        await place.WriteListedAsync(First, verified: true);
        await place.WriteRawAsync(First + ".sql.gz", new byte[6]);

        var info = Assert.Single(await ListAsync(new BackupQuery()));

        Assert.Equal(BackupState.Failed, info.State);
        Assert.Contains("6 bytes", info.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conditions_are_combined()
    {
        await place.WriteListedAsync(First);
        await place.WriteListedAsync(Second, encrypted: true);
        await place.WriteListedAsync(Third, encrypted: true);
        await place.WriteRawAsync("other.sql.gz", [1]);
        var second = BackupNames.TimeOf(Second)!.Value;

        Assert.Equal([Third], await NamesAsync(new BackupQuery { Encrypted = true, Last = 1 }));
        Assert.Equal([Third, Second, First], await NamesAsync(new BackupQuery { Names = ["MINA_*"] }));
        Assert.Equal([Second], await NamesAsync(new BackupQuery { Names = ["mina_db_backup_2026112?_000000.sql.gz.gpg", "x*"], Before = BackupNames.TimeOf(Third) }));
        Assert.Equal([Second], await NamesAsync(new BackupQuery { After = second, Before = second.AddSeconds(1) }));
        Assert.Equal([First], await NamesAsync(new BackupQuery { Before = second, Names = ["mina*"] }));
        Assert.Empty(await NamesAsync(new BackupQuery { Last = 0 }));
    }

    [Fact]
    public async Task A_place_or_a_full_name_that_is_not_there_is_an_error_after_all_that_is()
    {
        await place.WriteListedAsync(First, encrypted: true);
        var absent = Path.Combine(place.Root, "absent");

        var where = await FailingAsync<StorageException>(new BackupQuery { Locations = [absent, place.Folder] });
        var name = await FailingAsync<CatalogException>(new BackupQuery { Names = ["nosuchname", "no*", First] });

        Assert.Equal(ErrorCatalog.ObjectNotFound, where.Error.Definition);
        Assert.Contains(absent, where.Error.Message, StringComparison.Ordinal);
        Assert.Equal([First], where.Listed);
        Assert.Equal(ErrorCatalog.BackupNotFound, name.Error.Definition);
        Assert.Contains("nosuchname is in", name.Error.Message, StringComparison.Ordinal);
        Assert.Equal([First], name.Listed);
        Assert.Empty(await NamesAsync(new BackupQuery { Names = ["no*"] }));
        Assert.Empty(await NamesAsync(new BackupQuery { Names = [First], Encrypted = false }));
    }

    [Fact]
    public async Task Ten_thousand_manifests_are_listed()
    {
        await place.WriteListedAsync(BackupNames.Create(CatalogSamples.Noon));
        for (var number = 0; number < 10_000; number++)
        {
            var manifest = CatalogSamples.Manifest(BackupNames.Create(CatalogSamples.Noon.AddMinutes(-number)));
            File.WriteAllBytes(place.PathOf(BackupNames.ManifestFile(manifest.Name)), ManifestSerializer.Write(manifest));
        }

        var started = TimeProvider.System.GetTimestamp();
        var all = await ListAsync(new BackupQuery());
        TestContext.Current.TestOutputHelper?.WriteLine($"all: {TimeProvider.System.GetElapsedTime(started)}");
        started = TimeProvider.System.GetTimestamp();
        var last = await ListAsync(new BackupQuery { Last = 1 });
        TestContext.Current.TestOutputHelper?.WriteLine($"last: {TimeProvider.System.GetElapsedTime(started)}");

        Assert.Equal(10_000, all.Count);
        Assert.Equal(all.OrderByDescending(info => info.CreatedAt).Select(info => info.Name), all.Select(info => info.Name));
        Assert.Equal(BackupNames.Create(CatalogSamples.Noon), Assert.Single(last).Name);
    }

    [Fact]
    public async Task A_reference_is_a_name_a_file_name_or_a_path()
    {
        await place.WriteListedAsync(First, encrypted: true);

        string[] references = [First, First + ".sql.gz.gpg", First + ".manifest.json", place.PathOf(First), place.PathOf(First + ".sql.gz.gpg")];
        foreach (var reference in references)
        {
            var entry = await place.Catalog.ResolveAsync(new BackupReference(reference), Cancellation);
            Assert.Equal(place.PathOf(First + ".sql.gz.gpg"), entry.Info.Path);
            Assert.NotNull(entry.Manifest);
        }

        var located = await place.Catalog.ResolveAsync(new BackupReference(First, place.Folder), Cancellation);
        Assert.Equal(First, located.Info.Name);
    }

    [Theory]
    [InlineData("mina_db_backup_20261120_00000")]
    [InlineData("mina_db_backup_20261120_000000.sql.gz")]
    [InlineData("mina_db_backup_*")]
    [InlineData("..")]
    [InlineData("")]
    public async Task What_is_not_there_is_not_found(string name)
    {
        await place.WriteListedAsync(First, encrypted: true);

        var error = await Assert.ThrowsAsync<CatalogException>(() => place.Catalog.ResolveAsync(new BackupReference(name), Cancellation));

        Assert.Equal(ErrorCatalog.BackupNotFound, error.Definition);
    }

    [Fact]
    public async Task A_file_with_any_name_can_be_named_in_full()
    {
        await place.WriteRawAsync("export", [1, 2]);

        var entry = await place.Catalog.ResolveAsync(new BackupReference(place.PathOf("export")), Cancellation);

        Assert.Equal("export", entry.Info.FileName);
        Assert.Equal(BackupFormat.Script, entry.Info.Format);
    }

    [Fact]
    public async Task A_name_that_fits_several_backups_is_refused_and_a_copy_is_not()
    {
        await place.WriteRawAsync("nightly.sql.gz", [1]);
        await place.WriteRawAsync("nightly.sql.gz.gpg", [1]);
        await place.WriteListedAsync(First);
        var plain = place.Stores.Open(place.Environment.PlainBackupDirectory);
        await plain.PutAsync(First + ".sql.gz", new byte[7], replace: false, Cancellation);
        await plain.PutAsync(First + ".manifest.json", ManifestSerializer.Write(CatalogSamples.Manifest(First)), replace: false, Cancellation);

        var error = await Assert.ThrowsAsync<CatalogException>(() => place.Catalog.ResolveAsync(new BackupReference("nightly"), Cancellation));
        var byFile = await place.Catalog.ResolveAsync(new BackupReference("nightly.sql.gz"), Cancellation);
        var copy = await place.Catalog.ResolveAsync(new BackupReference(First), Cancellation);

        Assert.Equal(ErrorCatalog.BackupAmbiguous, error.Definition);
        Assert.Equal("nightly.sql.gz", byFile.Info.FileName);
        Assert.Equal(place.Folder, copy.Info.Location);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_equal_copies_the_whole_one_is_taken(bool missing)
    {
        await place.WriteListedAsync(First);
        File.Delete(place.PathOf(First + ".sql.gz"));
        if (!missing)
        {
            await place.WriteRawAsync(First + ".sql.gz", [1]);
        }

        var plain = place.Stores.Open(place.Environment.PlainBackupDirectory);
        await plain.PutAsync(First + ".sql.gz", new byte[7], replace: false, Cancellation);
        await plain.PutAsync(First + ".manifest.json", ManifestSerializer.Write(CatalogSamples.Manifest(First)), replace: false, Cancellation);

        var copy = await place.Catalog.ResolveAsync(new BackupReference(First), Cancellation);

        Assert.Equal(plain.Location, copy.Info.Location);
    }

    private async Task<(T Error, List<string> Listed)> FailingAsync<T>(BackupQuery query)
        where T : MinaException
    {
        var listed = new List<string>();
        var error = await Assert.ThrowsAsync<T>(async () =>
        {
            await foreach (var info in place.Catalog.ListAsync(query, Cancellation))
            {
                listed.Add(info.Name);
            }
        });
        return (error, listed);
    }

    private async Task<List<BackupInfo>> ListAsync(BackupQuery query)
    {
        var listed = new List<BackupInfo>();
        await foreach (var info in place.Catalog.ListAsync(query, Cancellation))
        {
            listed.Add(info);
        }

        return listed;
    }

    private async Task<IEnumerable<string>> NamesAsync(BackupQuery query) => (await ListAsync(query)).Select(info => info.Name);
}
