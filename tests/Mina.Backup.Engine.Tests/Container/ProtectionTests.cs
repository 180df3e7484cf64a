using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Container;

public sealed class ProtectionTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mina-protection-");

    [Fact]
    public void The_environment_decides_when_nothing_is_given()
    {
        var bare = new ProtectionResolver(ContainerLab.Environment());
        Assert.Equal(BackupEncryption.None, bare.Resolve(new ProtectionRequest()).Encryption);
        Assert.Equal(BackupEncryption.None, bare.Resolve(new ProtectionRequest { NoEncryption = true }).Encryption);
        Assert.Equal("EncryptionRequired", Outcome(bare, new ProtectionRequest { RequireEncryption = true }));

        var armed = new ProtectionResolver(ContainerLab.Environment(("GPG_BACKUP_PASSPHRASE", "from the environment")));
        Assert.Equal(BackupEncryption.Passphrase, armed.Resolve(new ProtectionRequest { RequireEncryption = true }).Encryption);
    }

    [Fact]
    public void Contradictions_are_refused()
    {
        var resolver = new ProtectionResolver(ContainerLab.Environment());
        using var secret = new Secret("x");
        Assert.Equal("OptionConflict", Outcome(resolver, new ProtectionRequest { NoEncryption = true, RequireEncryption = true }));
        Assert.Equal("OptionConflict", Outcome(resolver, new ProtectionRequest { NoEncryption = true, Passphrase = secret }));
        Assert.Equal("OptionConflict", Outcome(resolver, new ProtectionRequest { Passphrase = secret, PassphraseFile = "/x" }));
        Assert.Equal("OptionConflict", Outcome(resolver, new ProtectionRequest { Passphrase = secret, RecipientFile = "/x" }));
    }

    [Fact]
    public async Task A_passphrase_files_first_line_counts_and_odd_files_are_refused()
    {
        var path = Path.Combine(folder.FullName, "passphrase");
        await File.WriteAllTextAsync(path, ContainerLab.Passphrase + "\nsecond line\n", TestContext.Current.CancellationToken);
        var protection = new ProtectionResolver(ContainerLab.Environment()).Resolve(new ProtectionRequest { PassphraseFile = path });
        using var writing = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(ContainerLab.Sample(1000), protection, writing);
        using var reading = ContainerLab.Ring(ContainerLab.Passphrase);
        Assert.Equal(ContainerLab.Sample(1000), (await ContainerLab.ReadAsync(stored, reading)).Plain);

        foreach (var content in new byte[][] { [], [(byte)'\n', (byte)'x'], [(byte)'x', (byte)'\r', (byte)'\n'], [0xff, 0xfe, 0xc0] })
        {
            await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
            Assert.Equal("KeyFileUnreadable", Outcome(new ProtectionResolver(ContainerLab.Environment()), new ProtectionRequest { PassphraseFile = path }));
        }

        Assert.Equal("KeyFileUnreadable", Outcome(new ProtectionResolver(ContainerLab.Environment()), new ProtectionRequest { PassphraseFile = folder.FullName }));
    }

    [Fact]
    public async Task A_disposed_ring_has_forgotten_the_runs_keys()
    {
        var keys = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(ContainerLab.Sample(1000), ContainerLab.ByPassphrase(), keys);
        keys.Dispose();
        Assert.Equal("PassphraseMissing", (await Assert.ThrowsAsync<EncryptionException>(() => ContainerLab.ReadAsync(stored, keys))).ErrorId);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static string Outcome(ProtectionResolver resolver, ProtectionRequest request) =>
        Assert.ThrowsAny<MinaException>(() => resolver.Resolve(request)).ErrorId;
}
