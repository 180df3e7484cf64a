using System.Security.Cryptography;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Container;

public sealed class MemberReaderTests : IDisposable
{
    private const string Name = "sample.sql.gz.gpg";
    private readonly ContainerLab lab = new();
    private readonly DirectoryStore store;

    public MemberReaderTests() => store = new DirectoryStore(Path.Combine(lab.Folder, "store"));

    [Theory]
    [InlineData(BackupEncryption.None, BackupCompression.Gzip)]
    [InlineData(BackupEncryption.Passphrase, BackupCompression.Gzip)]
    [InlineData(BackupEncryption.None, BackupCompression.Zstd)]
    [InlineData(BackupEncryption.Passphrase, BackupCompression.Zstd)]
    [InlineData(BackupEncryption.None, BackupCompression.None)]
    [InlineData(BackupEncryption.Passphrase, BackupCompression.None)]
    public async Task Any_member_can_be_read_alone_and_at_once(BackupEncryption encryption, BackupCompression compression)
    {
        // Sizes that make members span none, one and several partial lengths.
        foreach (var blockLength in new[] { 700, 90_000, 400_000 })
        {
            var plain = RandomNumberGenerator.GetBytes(blockLength * 9 / 2);
            ContainerLab.Sample(600).CopyTo(plain, 0);
            using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
            var totals = await StoreAsync(plain, encryption, keys, blockLength, compression);
            await using var reader = await MemberReader.OpenAsync(store, Name, keys, Token);
            var reads = totals.Members.Select(async (member, i) =>
            {
                using var block = await reader.ReadAsync(member, Token);
                Assert.Equal(plain.AsSpan(i * blockLength, member.PlainLength), block.Span);
            });
            await Task.WhenAll(reads);
            var several = await reader.ReadAsync([.. totals.Members.Skip(1).Take(3)], Token);
            Assert.Equal(plain[blockLength..(blockLength * 4)], several.SelectMany(b => b.Memory.ToArray()));
            Assert.All(several, b => b.Dispose());
            await store.DeleteAsync(Name, Token);
        }
    }

    [Fact]
    public async Task Every_length_around_the_last_chunk_maps_right()
    {
        using var keys = ContainerLab.Ring();
        for (var length = 65_340; length < 65_560; length += 7)
        {
            var plain = RandomNumberGenerator.GetBytes(length);
            var totals = await StoreAsync(plain, BackupEncryption.Passphrase, keys, length - 100);
            await using var reader = await MemberReader.OpenAsync(store, Name, keys, Token);
            using var block = await reader.ReadAsync(totals.Members[^1], Token);
            Assert.Equal(plain.AsSpan(length - 100), block.Span);
            await store.DeleteAsync(Name, Token);
        }
    }

    [Theory]
    [InlineData(BackupEncryption.None, BackupCompression.Gzip)]
    [InlineData(BackupEncryption.Passphrase, BackupCompression.Gzip)]
    [InlineData(BackupEncryption.None, BackupCompression.Zstd)]
    [InlineData(BackupEncryption.Passphrase, BackupCompression.None)]
    public async Task A_damaged_member_is_refused_and_the_others_are_read(BackupEncryption encryption, BackupCompression compression)
    {
        var plain = ContainerLab.Sample(1_000_000);
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var totals = await StoreAsync(plain, encryption, keys, 200_000, compression);
        var path = store.GetAddress(Name);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[totals.Members[2].Offset + (totals.Members[2].Length / 2)] ^= 16;
        await File.WriteAllBytesAsync(path, bytes, Token);
        await using var reader = await MemberReader.OpenAsync(store, Name, keys, Token);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<IntegrityException>(async () => await reader.ReadAsync(totals.Members[2], Token))).ErrorId);
        using var sound = await reader.ReadAsync(totals.Members[4], Token);
        Assert.Equal(plain.AsSpan(800_000), sound.Span);
    }

    [Fact]
    public async Task Foreign_messages_and_absent_files_are_refused_by_name()
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var foreign = await lab.GpgAsync(ContainerLab.Sample(100_000), "--symmetric", "--output", "-");
        await store.PutAsync(Name, foreign, replace: false, Token);
        Assert.Equal("BackupNotRecognized", (await Assert.ThrowsAsync<IntegrityException>(() => MemberReader.OpenAsync(store, Name, keys, Token))).ErrorId);
        Assert.Equal("ObjectNotFound", (await Assert.ThrowsAsync<StorageException>(() => MemberReader.OpenAsync(store, "absent", keys, Token))).ErrorId);
    }

    public void Dispose() => lab.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<ContainerTotals> StoreAsync(byte[] plain, BackupEncryption encryption, KeyRing keys, int blockLength, BackupCompression compression = BackupCompression.Gzip)
    {
        var protection = encryption == BackupEncryption.None ? MessageProtection.None : ContainerLab.ByPassphrase();
        var (stored, totals) = await ContainerLab.WriteAsync(plain, protection, keys, blockLength, compression: compression);
        await store.PutAsync(Name, stored, replace: false, Token);
        return totals;
    }
}
