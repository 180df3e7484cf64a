using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed class RemoveOperationTests : IDisposable
{
    private const string Older = "mina_db_backup_20261120_000000";
    private const string Newer = "mina_db_backup_20261121_000000";

    private readonly SamplePlace place = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task Everything_that_belongs_to_the_backup_goes_and_nothing_else()
    {
        var (manifest, index) = await place.WriteBackupAsync();
        await place.WriteRawAsync(SamplePlace.Name + "1.sql.gz", [1]);

        var removed = await RemoveAsync(SamplePlace.Name);

        Assert.Equal(
            [manifest.Data.Name, manifest.Globals!.Name, manifest.Index.Name, BackupNames.ManifestFile(manifest.Name)],
            removed.Files);
        Assert.True(removed.Size > manifest.Data.Size + manifest.Index.Size + manifest.Globals.Size);
        Assert.Equal(CatalogSamples.Noon, removed.RemovedAt);
        Assert.Equal(place.PathOf(SamplePlace.Name + "1.sql.gz"), Assert.Single(Directory.GetFiles(place.Folder)));
        Assert.NotEmpty(index.Tables);
    }

    [Fact]
    public async Task The_newest_verified_backup_of_a_database_is_protected()
    {
        await place.WriteListedAsync(Older, verified: true);
        await place.WriteListedAsync(Newer, verified: false);
        await place.WriteRawAsync("later_20261122_000000.sql.gz", [1]);

        var error = await Assert.ThrowsAsync<CatalogException>(() => RemoveAsync(Older));

        Assert.Equal(ErrorCatalog.BackupProtected, error.Definition);
        Assert.True(File.Exists(place.PathOf(Older + ".manifest.json")));
        await RemoveAsync(Older, force: true);
        Assert.False(File.Exists(place.PathOf(Older + ".sql.gz")));
    }

    [Fact]
    public async Task A_verified_backup_goes_when_a_newer_verified_one_is_there()
    {
        await place.WriteListedAsync(Older, verified: true);
        await place.WriteListedAsync(Newer, encrypted: true, verified: true);

        await RemoveAsync(Older);
        var error = await Assert.ThrowsAsync<CatalogException>(() => RemoveAsync(Newer));

        Assert.Equal(ErrorCatalog.BackupProtected, error.Definition);
    }

    [Fact]
    public async Task Remains_of_every_kind_can_be_removed()
    {
        await place.WriteListedAsync(Older, verified: true);
        File.Delete(place.PathOf(Older + ".sql.gz"));
        await place.WriteRawAsync(Newer + ".manifest.json", [1]);
        await place.WriteRawAsync("script.sql.gz", [1]);

        await RemoveAsync(Older);
        await RemoveAsync(Newer);
        await RemoveAsync("script");

        Assert.Empty(Directory.GetFiles(place.Folder));
    }

    [Fact]
    public async Task A_file_with_another_protection_and_the_same_name_stays()
    {
        await place.WriteListedAsync(Older, encrypted: true);
        await place.WriteRawAsync(Older + ".sql.gz", [1]);

        await RemoveAsync(Older);

        Assert.Equal(place.PathOf(Older + ".sql.gz"), Assert.Single(Directory.GetFiles(place.Folder)));
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("orphan.globals.sql.gz.old")]
    [InlineData(".sql")]
    public async Task A_file_that_is_not_called_like_a_backup_is_never_removed(string fileName)
    {
        await place.WriteRawAsync(fileName, "-- PostgreSQL database dump\n"u8.ToArray());
        File.CreateSymbolicLink(place.PathOf("link"), place.PathOf(fileName));

        foreach (var name in new[] { fileName, place.PathOf(fileName), "link", place.PathOf("link") })
        {
            var error = await Assert.ThrowsAsync<CatalogException>(() => RemoveAsync(name, force: true));
            Assert.Equal(ErrorCatalog.BackupNotRecognized, error.Definition);
        }

        Assert.Equal(2, Directory.GetFiles(place.Folder).Length);
    }

    [Fact]
    public async Task The_file_that_the_reference_names_goes_and_the_described_one_stays()
    {
        await place.WriteListedAsync(Older, verified: true);
        await place.WriteRawAsync(Older + ".sql.gz.gpg", [1]);

        var removed = await new RemoveOperation(place.Catalog).RunAsync(
            new RemoveRequest { Backup = new BackupReference(Older, place.Folder, Older + ".sql.gz.gpg") },
            place.Context,
            Cancellation);

        Assert.Equal([Older + ".sql.gz.gpg"], removed.Files);
        Assert.True(File.Exists(place.PathOf(Older + ".sql.gz")));
        Assert.True(File.Exists(place.PathOf(Older + ".manifest.json")));
        var error = await Assert.ThrowsAsync<CatalogException>(
            () => place.Catalog.ResolveAsync(new BackupReference(Older, place.Folder, Older + ".sql"), Cancellation));
        Assert.Equal(ErrorCatalog.BackupNotFound, error.Definition);
    }

    private Task<RemovedBackup> RemoveAsync(string name, bool force = false) => new RemoveOperation(place.Catalog).RunAsync(
        new RemoveRequest { Backup = new BackupReference(name), Force = force },
        place.Context,
        Cancellation);
}
