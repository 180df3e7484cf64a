using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;

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
    [InlineData("mina_db_backup_20261124_011500.sql.gz", "mina_db_backup_20261124_011500", BackupFileKind.Data, BackupCompression.Gzip, false)]
    [InlineData("mina_db_backup_20261124_011500.sql.gz.gpg", "mina_db_backup_20261124_011500", BackupFileKind.Data, BackupCompression.Gzip, true)]
    [InlineData("a.b.sql", "a.b", BackupFileKind.Data, BackupCompression.None, false)]
    [InlineData("x.sql.gpg", "x", BackupFileKind.Data, BackupCompression.None, true)]
    [InlineData("x.globals.sql.gz.gpg", "x", BackupFileKind.Globals, BackupCompression.Gzip, true)]
    [InlineData("x.globals.sql", "x", BackupFileKind.Globals, BackupCompression.None, false)]
    [InlineData("x.index.jsonl.gz", "x", BackupFileKind.Index, BackupCompression.Gzip, false)]
    [InlineData("x.index.jsonl.gz.gpg", "x", BackupFileKind.Index, BackupCompression.Gzip, true)]
    [InlineData("x.sql.zst", "x", BackupFileKind.Data, BackupCompression.Zstd, false)]
    [InlineData("x.sql.zst.gpg", "x", BackupFileKind.Data, BackupCompression.Zstd, true)]
    [InlineData("x.globals.sql.zst", "x", BackupFileKind.Globals, BackupCompression.Zstd, false)]
    [InlineData("x.index.jsonl.zst.gpg", "x", BackupFileKind.Index, BackupCompression.Zstd, true)]
    [InlineData("x.index.jsonl", "x", BackupFileKind.Index, BackupCompression.None, false)]
    [InlineData("x.manifest.json", "x", BackupFileKind.Manifest, BackupCompression.None, false)]
    public void File_names_are_taken_apart(string fileName, string name, BackupFileKind kind, BackupCompression compression, bool encrypted)
    {
        Assert.True(BackupNames.TryParse(fileName, out var parsed));
        Assert.Equal(new BackupFileName(fileName, name, kind, compression, encrypted), parsed);
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
    [InlineData(BackupCompression.Gzip, true)]
    [InlineData(BackupCompression.Gzip, false)]
    [InlineData(BackupCompression.Zstd, true)]
    [InlineData(BackupCompression.Zstd, false)]
    [InlineData(BackupCompression.None, true)]
    [InlineData(BackupCompression.None, false)]
    public void Every_name_made_here_is_taken_apart_again(BackupCompression compression, bool encrypted)
    {
        var name = BackupNames.Create(CatalogSamples.Noon);

        Assert.True(BackupNames.TryParse(BackupNames.DataFile(name, compression, encrypted), out var data));
        Assert.True(BackupNames.TryParse(BackupNames.GlobalsFile(name, compression, encrypted), out var globals));
        Assert.True(BackupNames.TryParse(BackupNames.IndexFile(name, compression, encrypted), out var index));
        Assert.True(BackupNames.TryParse(BackupNames.ManifestFile(name), out var manifest));

        Assert.All([data, globals, index, manifest], parsed => Assert.Equal(name, parsed.Name));
        Assert.All([data, globals, index], parsed => Assert.Equal((compression, encrypted), (parsed.Compression, parsed.Encrypted)));
    }
}
