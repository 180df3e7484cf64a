using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalNameTests
{
    [Theory]
    [InlineData("0/0", 0UL)]
    [InlineData("16/B374D848", 0x16B374D848UL)]
    [InlineData("FFFFFFFF/FFFFFFFF", ulong.MaxValue)]
    [InlineData("a/b", 0xA0000000BUL)]
    public void A_place_in_the_log_is_read_and_written_as_the_server_does(string text, ulong value)
    {
        Assert.Equal(new Lsn(value), Lsn.Parse(text));
        Assert.Equal(text.ToUpperInvariant(), new Lsn(value).ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("16B374D848")]
    [InlineData("/1")]
    [InlineData("1/")]
    [InlineData("1/2/3")]
    [InlineData("123456789/0")]
    [InlineData("0x1/0")]
    [InlineData(" 1/0")]
    public void Anything_else_is_no_place(string? text) => Assert.False(Lsn.TryParse(text, out _));

    [Fact]
    public void Places_compare_and_subtract()
    {
        Assert.True(Lsn.Parse("1/0") > Lsn.Parse("0/FFFFFFFF"));
        Assert.Equal(1, Lsn.Parse("1/0") - Lsn.Parse("0/FFFFFFFF"));
        Assert.Equal(-1, Lsn.Parse("0/FFFFFFFF") - Lsn.Parse("1/0"));
    }

    // What pg_walfile_name says under the three sizes of segments.
    [Theory]
    [InlineData(16 << 20, "16/B374D848", "0000000100000016000000B3")]
    [InlineData(1 << 20, "16/B374D848", "000000010000001600000B37")]
    [InlineData(1 << 30, "16/B374D848", "000000010000001600000002")]
    public void A_segment_is_named_by_the_clusters_own_size_of_segments(int size, string lsn, string name)
    {
        var geometry = new WalGeometry(size);
        var segment = geometry.NameAt(1, Lsn.Parse(lsn));
        Assert.Equal(name, segment.ToString());
        Assert.Equal(segment, WalSegmentName.Parse(name));
        Assert.True(geometry.StartOf(segment) <= Lsn.Parse(lsn) && Lsn.Parse(lsn) < geometry.EndOf(segment));
    }

    [Fact]
    public void The_last_segment_of_four_gibibytes_is_followed_by_the_first_of_the_next()
    {
        var geometry = new WalGeometry(16 << 20);
        var last = WalSegmentName.Parse("0000000100000016000000FF");
        Assert.Equal("000000010000001700000000", geometry.NameOf(1, geometry.NumberOf(last) + 1).ToString());
        Assert.False(geometry.Fits(WalSegmentName.Parse("000000010000001600000100")));
    }

    [Theory]
    [InlineData("000000010000000000000003", WalFileKind.Segment)]
    [InlineData("000000010000000000000003.partial", WalFileKind.Partial)]
    [InlineData("00000002.history", WalFileKind.History)]
    [InlineData("000000010000000000000003.00000028.backup", WalFileKind.BackupLabel)]
    public void Names_of_archived_files_are_told_apart(string text, WalFileKind kind)
    {
        var name = WalFileName.Parse(text)!;
        Assert.Equal((kind, text), (name.Kind, name.Text));
        Assert.Equal(name, WalFileName.ParseObject(text + ".gz", out var encrypted));
        Assert.False(encrypted);
        Assert.Equal(name, WalFileName.ParseObject(text + ".gz.gpg", out encrypted));
        Assert.True(encrypted);
    }

    [Theory]
    [InlineData("000000000000000000000003")]
    [InlineData("00000001000000000000000g")]
    [InlineData("0000000100000000000000ab")]
    [InlineData("00000001000000000000000")]
    [InlineData("0000000100000000000000030")]
    [InlineData("../000000010000000000000003")]
    [InlineData("2.history")]
    [InlineData("000000010000000000000003.28.backup")]
    [InlineData("archive.json")]
    [InlineData(".000000010000000000000003.tmp")]
    public void Other_names_are_none(string text) => Assert.Null(WalFileName.Parse(text));
}
