using System.Text;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Container;

public sealed class GpgInteropTests : IDisposable
{
    private readonly ContainerLab lab = new();
    private readonly byte[] plain = ContainerLab.Sample(2_500_000);

    [Fact]
    public async Task Gpg_and_gunzip_read_what_a_passphrase_protects()
    {
        using var keys = ContainerLab.Ring();
        foreach (var length in new[] { 0, 1, 1000, 70_000, plain.Length })
        {
            var (stored, _) = await ContainerLab.WriteAsync(plain[..length], ContainerLab.ByPassphrase(), keys);
            var gzip = await lab.GpgAsync(stored, "--decrypt");
            Assert.Equal(plain[..length], await lab.RunAsync("gunzip", ["-c"], gzip));
        }
    }

    [Fact]
    public async Task Gunzip_reads_what_is_not_protected()
    {
        using var keys = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys);
        await lab.RunAsync("gzip", ["-t"], stored);
        Assert.Equal(plain, await lab.RunAsync("gunzip", ["-c"], stored));
    }

    [Fact]
    public async Task Gpg_shows_AES256_with_MDC_and_an_S2K_count_of_65011712()
    {
        using var keys = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(plain, ContainerLab.ByPassphrase(), keys);
        var listing = Encoding.UTF8.GetString(await lab.GpgAsync(stored, "--list-packets"));
        Assert.Contains("count 65011712 (255)", listing, StringComparison.Ordinal);
        Assert.Contains("cipher 9", listing, StringComparison.Ordinal);
        Assert.Contains("s2k 3, hash 8", listing, StringComparison.Ordinal);
        Assert.Contains("mdc_method: 2", listing, StringComparison.Ordinal);
        Assert.Contains("name=\"dump.sql.gz\"", listing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cipher-algo", "AES256")]
    [InlineData("--cipher-algo", "AES128", "--s2k-digest-algo", "SHA1")]
    [InlineData("--cipher-algo", "CAMELLIA256", "--s2k-digest-algo", "SHA512")]
    [InlineData("--cipher-algo", "TWOFISH", "--s2k-count", "65536")]
    [InlineData("--cipher-algo", "3DES", "--force-mdc")]
    [InlineData("--cipher-algo", "CAST5", "--force-mdc", "--s2k-mode", "1")]
    [InlineData("--cipher-algo", "AES192", "--compress-algo", "zlib")]
    [InlineData("--cipher-algo", "AES256", "--compress-algo", "none", "--s2k-mode", "0")]
    public async Task What_gpg_encrypted_with_a_passphrase_is_read(params string[] options)
    {
        var gzip = await lab.RunAsync("gzip", ["-c"], plain);
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        foreach (var content in new[] { gzip, plain })
        {
            var stored = await lab.GpgAsync(content, ["--symmetric", "--output", "-", .. options]);
            var (back, totals) = await ContainerLab.ReadAsync(stored, keys);
            Assert.Equal(plain, back);
            Assert.Empty(totals.Members);
        }
    }

    [Theory]
    [InlineData("ed25519", "cv25519")]
    [InlineData("rsa2048", "rsa2048")]
    [InlineData("nistp256", "nistp256")]
    [InlineData("nistp384", "nistp521")]
    [InlineData("ed25519", "brainpoolP256r1")]
    [InlineData("dsa1024", "elg1024")]
    public async Task A_recipients_messages_pass_both_ways(string algorithm, string subkeyAlgorithm)
    {
        var (publicFile, secretFile) = await lab.MakeKeyAsync(algorithm, subkeyAlgorithm);
        var protection = new ProtectionResolver(ContainerLab.Environment()).Resolve(new ProtectionRequest { RecipientFile = publicFile });
        Assert.Equal(BackupEncryption.Recipient, protection.Encryption);

        using var run = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(plain, protection, run);
        Assert.Equal(plain, await lab.RunAsync("gunzip", ["-c"], await lab.GpgAsync(stored, "--decrypt")));
        Assert.Equal(plain, (await ContainerLab.ReadAsync(stored, run)).Plain);

        using var other = ContainerLab.Ring(ContainerLab.Passphrase, secretFile);
        Assert.Equal(plain, (await ContainerLab.ReadAsync(stored, other)).Plain);

        var gzip = await lab.RunAsync("gzip", ["-c"], plain);
        var foreign = await lab.GpgAsync(gzip, "--encrypt", "--trust-model", "always", "--recipient-file", publicFile, "--output", "-");
        Assert.Equal(plain, (await ContainerLab.ReadAsync(foreign, other)).Plain);
        await using var reader = await ContainerReader.OpenAsync(new MemoryStream(foreign), other, "foreign", TestContext.Current.CancellationToken);
        Assert.Equal(protection.RecipientKeyId, reader.RecipientKeyId);
    }

    [Fact]
    public async Task Hidden_recipients_signed_messages_and_two_ways_in_are_read()
    {
        var (publicFile, secretFile) = await lab.MakeKeyAsync("ed25519", "cv25519");
        var gzip = await lab.RunAsync("gzip", ["-c"], plain);
        using var bySecretKey = ContainerLab.Ring(ContainerLab.Passphrase, secretFile);
        using var byPassphrase = ContainerLab.Ring(ContainerLab.Passphrase);
        var hidden = await lab.GpgAsync(gzip, "--encrypt", "--trust-model", "always", "--hidden-recipient-file", publicFile, "--output", "-");
        Assert.Equal(plain, (await ContainerLab.ReadAsync(hidden, bySecretKey)).Plain);
        var signed = await lab.GpgAsync(gzip, "--encrypt", "--sign", "--trust-model", "always", "--recipient-file", publicFile, "--output", "-");
        Assert.Equal(plain, (await ContainerLab.ReadAsync(signed, bySecretKey)).Plain);
        var both = await lab.GpgAsync(gzip, "--encrypt", "--symmetric", "--trust-model", "always", "--recipient-file", publicFile, "--output", "-");
        Assert.Equal(plain, (await ContainerLab.ReadAsync(both, byPassphrase)).Plain);
        Assert.Equal(plain, (await ContainerLab.ReadAsync(both, bySecretKey)).Plain);
    }

    [Fact]
    public async Task Keys_that_do_not_open_a_recipients_message_are_told_apart()
    {
        var (publicFile, secretFile) = await lab.MakeKeyAsync("ed25519", "cv25519");
        var (_, strangersFile) = await lab.MakeKeyAsync("ed25519", "cv25519", "Stranger <stranger@example.org>");
        using var run = ContainerLab.Ring();
        var protection = new ProtectionResolver(ContainerLab.Environment()).Resolve(new ProtectionRequest { RecipientFile = publicFile });
        var (stored, _) = await ContainerLab.WriteAsync(plain, protection, run);

        async Task<string> Outcome(KeyRing ring) =>
            (await Assert.ThrowsAsync<EncryptionException>(() => ContainerLab.ReadAsync(stored, ring))).ErrorId;

        using var nothing = ContainerLab.Ring();
        using var stranger = ContainerLab.Ring(ContainerLab.Passphrase, strangersFile);
        using var locked = ContainerLab.Ring(null, secretFile);
        using var wronglyUnlocked = ContainerLab.Ring("wrong", secretFile);
        using var onlyPassphrase = ContainerLab.Ring(ContainerLab.Passphrase);
        Assert.Equal("PrivateKeyMissing", await Outcome(nothing));
        Assert.Equal("PrivateKeyMissing", await Outcome(onlyPassphrase));
        Assert.Equal("PrivateKeyWrong", await Outcome(stranger));
        Assert.Equal("PassphraseMissing", await Outcome(locked));
        Assert.Equal("PassphraseWrong", await Outcome(wronglyUnlocked));
    }

    [Fact]
    public async Task Keys_that_must_not_encrypt_are_refused()
    {
        var resolver = new ProtectionResolver(ContainerLab.Environment(), TimeProvider.System);
        string Outcome(string file) =>
            Assert.ThrowsAny<MinaException>(() => resolver.Resolve(new ProtectionRequest { RecipientFile = file })).ErrorId;

        var token = TestContext.Current.CancellationToken;
        var signing = Path.Combine(lab.Folder, "signing.asc");
        await lab.GpgAsync([], "--quick-generate-key", "Signer", "ed25519", "cert,sign", "never");
        await File.WriteAllBytesAsync(signing, await lab.GpgAsync([], "--armor", "--export", "Signer"), token);
        Assert.Equal("KeyUnusable", Outcome(signing));

        var expired = Path.Combine(lab.Folder, "expired.asc");
        await lab.GpgAsync([], "--faked-system-time", "20200101T000000!", "--quick-generate-key", "Old", "rsa2048", "cert,sign,encr", "1m");
        await File.WriteAllBytesAsync(expired, await lab.GpgAsync([], "--armor", "--export", "Old"), token);
        Assert.Equal("KeyUnusable", Outcome(expired));

        var junk = Path.Combine(lab.Folder, "junk.asc");
        await File.WriteAllTextAsync(junk, "no key at all\n", token);
        Assert.Equal("KeyFileUnreadable", Outcome(junk));
        Assert.Equal("KeyFileUnreadable", Outcome(Path.Combine(lab.Folder, "absent.asc")));
    }

    [Fact]
    public async Task Foreign_gzip_of_one_or_many_members_and_plain_text_are_read()
    {
        using var keys = ContainerLab.Ring();
        var one = await lab.RunAsync("gzip", ["-c"], plain);
        var many = (await lab.RunAsync("gzip", ["-1", "-c"], plain[..1000])).Concat(await lab.RunAsync("gzip", ["-9", "-c"], plain[1000..])).ToArray();
        var named = Path.Combine(lab.Folder, "named.sql");
        await File.WriteAllBytesAsync(named, plain, TestContext.Current.CancellationToken);
        await lab.RunAsync("gzip", ["-N", named]);
        byte[] padded = [.. one, .. new byte[512]];
        foreach (var stored in new[] { one, many, await File.ReadAllBytesAsync(named + ".gz", TestContext.Current.CancellationToken), padded, plain })
        {
            var (back, totals) = await ContainerLab.ReadAsync(stored, keys);
            Assert.Equal(plain, back);
            Assert.Empty(totals.Members);
        }
    }

    public void Dispose() => lab.Dispose();
}
