using Mina.Backup.Engine.Catalog;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed class BackupNamesTests
{
    [Fact]
    public void A_name_carries_the_time_in_UTC_whatever_the_offset()
    {
        var at = new DateTimeOffset(2026, 11, 24, 1, 30, 59, TimeSpan.FromHours(3.5));

        var name = BackupNames.Create(at);

        Assert.Equal("mina_db_backup_20261123_220059", name);
        Assert.Equal(at, BackupNames.TimeOf(name));
        Assert.Equal(TimeSpan.Zero, BackupNames.TimeOf(name)!.Value.Offset);
    }

    [Theory]
    [InlineData("mina_db_backup_20261124_011500.sql.gz", "mina_db_backup_20261124_011500", BackupFileKind.Data, true, false)]
    [InlineData("mina_db_backup_20261124_011500.sql.gz.gpg", "mina_db_backup_20261124_011500", BackupFileKind.Data, true, true)]
    [InlineData("a.b.sql", "a.b", BackupFileKind.Data, false, false)]
    [InlineData("x.sql.gpg", "x", BackupFileKind.Data, false, true)]
    [InlineData("x.globals.sql.gz.gpg", "x", BackupFileKind.Globals, true, true)]
    [InlineData("x.globals.sql", "x", BackupFileKind.Globals, false, false)]
    [InlineData("x.index.jsonl.gz", "x", BackupFileKind.Index, true, false)]
    [InlineData("x.index.jsonl.gz.gpg", "x", BackupFileKind.Index, true, true)]
    [InlineData("x.manifest.json", "x", BackupFileKind.Manifest, false, false)]
    public void File_names_are_taken_apart(string fileName, string name, BackupFileKind kind, bool gzip, bool encrypted)
    {
        Assert.True(BackupNames.TryParse(fileName, out var parsed));
        Assert.Equal(new BackupFileName(fileName, name, kind, gzip, encrypted), parsed);
    }

    [Theory]
    [InlineData(".sql")]
    [InlineData(".sql.gz")]
    [InlineData("x.sql.gz.gpg.partial")]
    [InlineData("x.sql.gpg.gz")]
    [InlineData("x.gz")]
    [InlineData("x.txt")]
    [InlineData("../x.sql")]
    [InlineData("a/x.sql")]
    [InlineData("a\\x.sql")]
    [InlineData("a\nx.sql")]
    [InlineData("")]
    public void Other_names_are_no_backup(string fileName) => Assert.False(BackupNames.TryParse(fileName, out _));

    [Theory]
    [InlineData("mina_db_backup_20261324_011500")]
    [InlineData("mina_db_backup")]
    [InlineData("nightly")]
    public void A_name_without_a_time_has_none(string name) => Assert.Null(BackupNames.TimeOf(name));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_name_made_here_is_taken_apart_again(bool encrypted)
    {
        var name = BackupNames.Create(CatalogSamples.Noon);

        Assert.True(BackupNames.TryParse(BackupNames.DataFile(name, encrypted), out var data));
        Assert.True(BackupNames.TryParse(BackupNames.GlobalsFile(name, encrypted), out var globals));
        Assert.True(BackupNames.TryParse(BackupNames.IndexFile(name, encrypted), out var index));
        Assert.True(BackupNames.TryParse(BackupNames.ManifestFile(name), out var manifest));

        Assert.All([data, globals, index, manifest], parsed => Assert.Equal(name, parsed.Name));
        Assert.All([data, globals, index], parsed => Assert.Equal(encrypted, parsed.Encrypted));
    }
}
