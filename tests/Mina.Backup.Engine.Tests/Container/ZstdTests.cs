using Mina.Backup.Engine.Container;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Container;

public sealed class ZstdTests : IDisposable
{
    private readonly ContainerLab lab = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(19)]
    public async Task The_zstd_command_reads_what_is_written(int level)
    {
        foreach (var length in new[] { 0, 1, 255, 256, 65_791, 65_792, 2_500_000 })
        {
            var plain = ContainerLab.Sample(length);
            using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
            var (stored, totals) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys, 1 << 20, level, BackupCompression.Zstd);
            await lab.RunAsync("zstd", ["-tq"], stored);
            Assert.Equal(plain, await lab.RunAsync("zstd", ["-dcq"], stored));
            // The header says it all: one segment, checksum, content size, no dictionary.
            Assert.All(totals.Members, member => Assert.Equal(0x24, stored[member.Offset + 4] & 0x3F));
            Assert.Equal(Math.Max(1, (length + (1 << 20) - 1) >> 20), totals.Members.Count);
        }
    }

    [Fact]
    public async Task Gpg_and_zstd_read_an_encrypted_file()
    {
        var plain = ContainerLab.Sample(1_500_000);
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var (stored, _) = await ContainerLab.WriteAsync(plain, ContainerLab.ByPassphrase(), keys, compression: BackupCompression.Zstd);
        Assert.Equal(plain, await lab.RunAsync("zstd", ["-dcq"], await lab.GpgAsync(stored, "--decrypt")));
    }

    [Fact]
    public async Task Foreign_data_of_any_make_are_read()
    {
        var plain = ContainerLab.Sample(3_300_000);
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var one = await lab.RunAsync("zstd", ["-cq"], plain);
        var named = Path.Combine(lab.Folder, "plain");
        await File.WriteAllBytesAsync(named, plain, TestContext.Current.CancellationToken);
        byte[] skippable = [0x5A, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];
        byte[] several =
        [
            .. skippable,
            .. await lab.RunAsync("zstd", ["-cq", "--no-check"], plain[..1_000_000]),
            .. (await ContainerLab.WriteAsync(plain[1_000_000..1_900_000], MessageProtection.None, keys, compression: BackupCompression.Zstd)).Stored,
            .. skippable,
            .. await lab.RunAsync("zstd", ["-cq", "-19"], plain[1_900_000..]),
        ];
        byte[][] all =
        [
            one,
            several,
            await lab.RunAsync("zstd", ["-cq", "--no-check", "-1"], plain),
            await lab.RunAsync("zstd", ["-cq", "--long=27", named]),
            await lab.RunAsync("zstd", ["-cq", "--ultra", "-22", named]),
            await lab.GpgAsync(one, "--symmetric", "--output", "-"),
        ];
        foreach (var stored in all)
        {
            var (back, totals) = await ContainerLab.ReadAsync(stored, keys);
            Assert.Equal(plain, back);
            Assert.Empty(totals.Members);
            Assert.Equal(plain.Length, totals.PlainLength);
        }
    }

    [Fact]
    public async Task Foreign_data_that_cannot_be_read_here_are_named_as_such()
    {
        using var keys = ContainerLab.Ring();
        // A window of 2 GiB, and a dictionary with the id 7.
        foreach (var stored in new byte[][] { [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 1, 0, 0], [0x28, 0xB5, 0x2F, 0xFD, 0x21, 7, 0, 1, 0, 0] })
        {
            var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(stored, keys));
            Assert.Equal("BackupNotRecognized", failure.ErrorId);
            Assert.Contains("zstd -d", failure.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Files_cut_inside_a_frame_are_truncated()
    {
        var plain = ContainerLab.Sample(1_200_000);
        using var keys = ContainerLab.Ring();
        var (ours, totals) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys, compression: BackupCompression.Zstd);
        var edges = totals.Members.Select(member => member.Offset).ToHashSet();
        foreach (var stored in new[] { ours, await lab.RunAsync("zstd", ["-cq"], plain) })
        {
            foreach (var cut in Enumerable.Range(1, 15).Select(i => stored.Length * i / 16).Concat([5, 7, stored.Length - 1, stored.Length - 5]).Where(cut => !edges.Contains(cut)))
            {
                var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(stored[..cut], keys));
                Assert.True(failure.ErrorId == "BackupTruncated", $"cut at {cut} of {stored.Length}: {failure.Message}");
            }
        }
    }

    [Fact]
    public async Task Something_behind_the_last_frame_is_corrupt()
    {
        var plain = ContainerLab.Sample(100_000);
        using var keys = ContainerLab.Ring();
        var (ours, _) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys, compression: BackupCompression.Zstd);
        foreach (var stored in new[] { ours, await lab.RunAsync("zstd", ["-cq"], plain) })
        {
            var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync([.. stored, .. "and more, much more than that"u8], keys));
            Assert.Equal("BackupCorrupt", failure.ErrorId);
        }
    }

    [Fact]
    public void Levels_are_those_of_the_compression()
    {
        using var keys = ContainerLab.Ring();
        foreach (var (compression, level) in new[] { (BackupCompression.Gzip, 10), (BackupCompression.Zstd, 20), (BackupCompression.Zstd, 0), (BackupCompression.None, 1) })
        {
            var failure = Assert.Throws<ConfigurationException>(() =>
                new ContainerWriter(Stream.Null, new ContainerWriterOptions { Keys = keys, Compression = compression, CompressionLevel = level }));
            Assert.Equal("OptionConflict", failure.ErrorId);
        }
    }

    public void Dispose() => lab.Dispose();
}
