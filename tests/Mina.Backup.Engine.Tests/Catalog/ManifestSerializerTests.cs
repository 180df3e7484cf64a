using System.Text;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed class ManifestSerializerTests
{
    private const string Name = "mina_db_backup_20261124_120000";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_written_is_read_back(bool encrypted)
    {
        var manifest = CatalogSamples.Manifest(Name, encrypted) with
        {
            Verification = new ManifestVerification(CatalogSamples.Noon, false, "Rows differ."),
        };

        Assert.Equal(manifest, ManifestSerializer.Read(ManifestSerializer.Write(manifest), Name));
    }

    [Fact]
    public void The_text_is_plain_for_readers_in_other_languages()
    {
        var text = Encoding.UTF8.GetString(ManifestSerializer.Write(CatalogSamples.Manifest(Name)));

        Assert.Contains("\"createdAt\": \"2026-11-24T12:00:00Z\"", text, StringComparison.Ordinal);
        Assert.Contains("\"duration\": 12.345", text, StringComparison.Ordinal);
        Assert.Contains("\"encryption\": \"None\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("recipientKeyId", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Properties_of_later_versions_are_skipped()
    {
        var text = Text().Replace("\"name\"", "\"later\": {\"x\": [1]},\n  \"name\"", StringComparison.Ordinal);

        Assert.Equal(Name, Read(text).Name);
    }

    [Fact]
    public void Times_with_another_offset_become_UTC()
    {
        var manifest = Read(Text().Replace("2026-11-24T12:00:00Z", "2026-11-24T15:30:00+03:30", StringComparison.Ordinal));

        Assert.Equal(CatalogSamples.Noon, manifest.CreatedAt);
        Assert.Equal(TimeSpan.Zero, manifest.CreatedAt.Offset);
    }

    [Fact]
    public void A_manifest_of_another_backup_is_told_from_a_damaged_one()
    {
        var json = ManifestSerializer.Write(CatalogSamples.Manifest("other"));

        var error = Assert.Throws<IntegrityException>(() => ManifestSerializer.Read(json, Name));

        Assert.Equal(ErrorCatalog.ManifestMismatch, error.Definition);
        Assert.Contains("other", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2")]
    [InlineData("\"rows\": 3", "\"rows\": -3")]
    [InlineData("\"rows\": 3", "\"rows\": \"3\"")]
    [InlineData("\"rows\": 3,", "")]
    [InlineData("\"rows\": 3", "\"rows\": 3, \"rows\": 4")]
    [InlineData("\"database\": \"mina\"", "\"database\": null")]
    [InlineData("\"encryption\": \"None\"", "\"encryption\": \"Unknown\"")]
    [InlineData("\"encryption\": \"None\"", "\"encryption\": 77")]
    [InlineData("\"encryption\": \"None\"", "\"encryption\": \"Passphrase\"")]
    [InlineData("2026-11-24T12:00:00Z", "2026-11-24T12:00:00")]
    [InlineData("2026-11-24T12:00:00Z", "yesterday")]
    [InlineData("\"duration\": 12.345", "\"duration\": 1e300")]
    [InlineData("mina_db_backup_20261124_120000.sql.gz", "../../etc/passwd.sql.gz")]
    [InlineData("mina_db_backup_20261124_120000.sql.gz", "another.sql.gz")]
    [InlineData("mina_db_backup_20261124_120000.index.jsonl.gz", "mina_db_backup_20261124_120000.manifest.json")]
    [InlineData("aaaaaaaa", "zzzzzzzz")]
    public void A_damaged_manifest_is_refused(string what, string by)
    {
        var text = Text();
        Assert.Contains(what, text, StringComparison.Ordinal);

        var error = Assert.Throws<IntegrityException>(() => Read(text.Replace(what, by, StringComparison.Ordinal)));

        Assert.Equal(ErrorCatalog.ManifestUnreadable, error.Definition);
        Assert.Equal(Name, error.Target);
    }

    [Fact]
    public void A_manifest_cut_anywhere_is_refused()
    {
        var json = ManifestSerializer.Write(CatalogSamples.Manifest(Name));

        for (var length = 0; length < json.Length - 2; length++)
        {
            Assert.Throws<IntegrityException>(() => ManifestSerializer.Read(json.AsSpan(0, length), Name));
        }
    }

    private static string Text() => Encoding.UTF8.GetString(ManifestSerializer.Write(CatalogSamples.Manifest(Name)));

    private static BackupManifest Read(string text) => ManifestSerializer.Read(Encoding.UTF8.GetBytes(text), Name);
}
