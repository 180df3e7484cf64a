using System.Security.Cryptography;
using Mina.Backup.Engine.Container;

namespace Mina.Backup.Engine.Tests.Container;

public sealed class RoundTripTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(65_500)]
    [InlineData(65_536)]
    [InlineData(131_072)]
    [InlineData(1_000_003)]
    [InlineData(9_000_000)]
    public async Task Random_data_come_back_as_they_were(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        foreach (var protection in new[] { MessageProtection.None, ContainerLab.ByPassphrase() })
        {
            using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
            var (stored, written) = await ContainerLab.WriteAsync(plain, protection, keys, blockLength: 1 + (length / 7));
            using var fresh = ContainerLab.Ring(ContainerLab.Passphrase);
            var (back, read) = await ContainerLab.ReadAsync(stored, fresh);
            Assert.Equal(plain, back);
            Assert.Equal(written.Sha256, read.Sha256);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stored)), read.Sha256);
            Assert.Equal(written.Members, read.Members);
            Assert.Equal(stored.Length, read.StoredLength);
            Assert.Equal(stored.Length, written.StoredLength);
            Assert.Equal(length, written.PlainLength);
            Assert.Equal(length, read.PlainLength);
        }
    }

    [Fact]
    public async Task Every_final_chunk_length_survives()
    {
        // Stored blocks make the gzip stream's length follow the plain length, so this sweeps over the edges of both partial lengths.
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var protection = ContainerLab.ByPassphrase();
        for (var length = 65_340; length < 65_560; length += 3)
        {
            var plain = RandomNumberGenerator.GetBytes(length);
            var (stored, _) = await ContainerLab.WriteAsync(plain, protection, keys, blockLength: length, level: 1);
            var (back, _) = await ContainerLab.ReadAsync(stored, keys);
            Assert.Equal(plain, back);
        }
    }

    [Fact]
    public async Task A_run_reads_back_its_own_messages_without_a_passphrase_in_the_ring()
    {
        var plain = ContainerLab.Sample(300_000);
        using var keys = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(plain, ContainerLab.ByPassphrase(), keys);
        Assert.Equal(plain, (await ContainerLab.ReadAsync(stored, keys)).Plain);
    }

    [Fact]
    public async Task A_failing_destination_surfaces_and_nothing_hangs()
    {
        using var keys = ContainerLab.Ring();
        await using var destination = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        await using var writer = new ContainerWriter(destination, new ContainerWriterOptions { Keys = keys });
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await writer.WriteAsync(ContainerLab.Block(RandomNumberGenerator.GetBytes(100_000)), TestContext.Current.CancellationToken);
            }

            await writer.CompleteAsync(TestContext.Current.CancellationToken);
        });
    }

    [Fact]
    public async Task A_reader_that_stops_early_leaves_nothing_behind()
    {
        using var keys = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(ContainerLab.Sample(3_000_000), MessageProtection.None, keys, blockLength: 10_000);
        await using var reader = await ContainerReader.OpenAsync(new MemoryStream(stored), keys, "sample", TestContext.Current.CancellationToken);
        await foreach (var block in reader.ReadBlocksAsync(TestContext.Current.CancellationToken))
        {
            block.Dispose();
            break;
        }

        Assert.Throws<InvalidOperationException>(() => reader.Totals);
    }
}
