using Mina.Backup.Engine.Container;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Container;

public sealed class DamageTests : IDisposable
{
    private readonly ContainerLab lab = new();
    private readonly byte[] plain = ContainerLab.Sample(1_200_000);

    [Fact]
    public async Task A_protected_file_cut_anywhere_is_truncated()
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var (stored, _) = await ContainerLab.WriteAsync(plain, ContainerLab.ByPassphrase(), keys);
        var cuts = Enumerable.Range(1, 15).Select(i => stored.Length * i / 16).Concat([1, 5, 14, 15, 20, 30, 60, stored.Length - 21, stored.Length - 1]);
        foreach (var cut in cuts)
        {
            var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(stored[..cut], keys));
            Assert.True(failure.ErrorId == "BackupTruncated", $"cut at {cut} of {stored.Length}: {failure.Message}");
        }
    }

    [Fact]
    public async Task An_unprotected_file_cut_inside_a_member_is_truncated()
    {
        using var keys = ContainerLab.Ring();
        var (stored, totals) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys);
        var edges = totals.Members.Select(m => m.Offset).ToHashSet();
        foreach (var cut in Enumerable.Range(1, 15).Select(i => stored.Length * i / 16).Append(stored.Length - 1).Append(7).Where(c => !edges.Contains(c)))
        {
            var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(stored[..cut], keys));
            Assert.Equal("BackupTruncated", failure.ErrorId);
        }
    }

    [Fact]
    public async Task Foreign_files_cut_anywhere_are_truncated()
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var gzip = await lab.RunAsync("gzip", ["-c"], plain);
        var message = await lab.GpgAsync(gzip, "--symmetric", "--output", "-");
        foreach (var stored in new[] { gzip, message })
        {
            foreach (var cut in Enumerable.Range(1, 15).Select(i => stored.Length * i / 16).Concat([stored.Length - 1, stored.Length - 4, stored.Length - 9]))
            {
                var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(stored[..cut], keys));
                Assert.Equal("BackupTruncated", failure.ErrorId);
            }
        }
    }

    [Fact]
    public async Task A_bit_flipped_anywhere_in_a_protected_file_is_noticed()
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var (stored, _) = await ContainerLab.WriteAsync(plain[..200_000], ContainerLab.ByPassphrase(), keys, blockLength: 40_000);
        for (var at = 0; at < stored.Length; at += at < 100 || at > stored.Length - 40 ? 1 : 331)
        {
            var damaged = stored.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            var failure = await Assert.ThrowsAnyAsync<MinaException>(() => ContainerLab.ReadAsync(damaged, keys));
            Assert.True(
                failure.ErrorId is "BackupCorrupt" or "BackupTruncated" or "BackupNotRecognized" || (at < 60 && failure.ErrorId == "PassphraseWrong"),
                $"flip at {at}: {failure.ErrorId} {failure.Message}");
        }
    }

    [Fact]
    public async Task A_bit_flipped_in_an_unprotected_file_never_changes_content_unnoticed()
    {
        using var keys = ContainerLab.Ring();
        var content = plain[..200_000];
        var gzip = await lab.RunAsync("gzip", ["-c"], content);
        var (ours, _) = await ContainerLab.WriteAsync(content, MessageProtection.None, keys, blockLength: 40_000);
        foreach (var stored in new[] { ours, gzip })
        {
            var expected = (await ContainerLab.ReadAsync(stored, keys)).Totals.Sha256;
            for (var at = 0; at < stored.Length; at += at < 64 ? 1 : 97)
            {
                var damaged = stored.ToArray();
                damaged[at] ^= (byte)(1 << (at % 8));
                var failure = await Record.ExceptionAsync(async () =>
                {
                    // Bits that mean nothing, as gzip's time stamp or padding inside deflate, show in the hash alone.
                    var (back, totals) = await ContainerLab.ReadAsync(damaged, keys);
                    Assert.Equal(content, back);
                    Assert.NotEqual(expected, totals.Sha256);
                });
                Assert.True(failure is null or IntegrityException, $"flip at {at}: {failure}");
            }
        }
    }

    [Fact]
    public async Task A_damaged_member_header_of_ours_is_not_taken_for_foreign_data()
    {
        using var keys = ContainerLab.Ring();
        var (stored, _) = await ContainerLab.WriteAsync(plain[..100_000], MessageProtection.None, keys, blockLength: 40_000);
        for (var at = 0; at < 16; at++)
        {
            var damaged = stored.ToArray();
            damaged[at] ^= 4;
            Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(damaged, keys))).ErrorId);
        }
    }

    [Fact]
    public async Task A_changed_MDC_is_corrupt()
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var (stored, _) = await ContainerLab.WriteAsync(plain, ContainerLab.ByPassphrase(), keys);
        stored[^1] ^= 1;
        var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(stored, keys));
        Assert.Equal("BackupCorrupt", failure.ErrorId);
        Assert.Contains("MDC", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_behind_the_end_is_corrupt()
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        var (message, _) = await ContainerLab.WriteAsync(plain, ContainerLab.ByPassphrase(), keys);
        var (members, _) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys);
        var gzip = await lab.RunAsync("gzip", ["-c"], plain);
        foreach (var stored in new[] { message, members, gzip })
        {
            var failure = await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync([.. stored, .. "and more, much more than that"u8], keys));
            Assert.Equal("BackupCorrupt", failure.ErrorId);
        }
    }

    [Fact]
    public async Task Empty_and_unknown_files_are_named_as_such()
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        async Task<string> Outcome(byte[] stored) =>
            (await Assert.ThrowsAsync<IntegrityException>(() => ContainerLab.ReadAsync(stored, keys))).ErrorId;

        Assert.Equal("BackupEmpty", await Outcome([]));
        Assert.Equal("BackupNotRecognized", await Outcome([.. "PGDMP"u8, 1, 14, 0]));
        Assert.Equal("BackupNotRecognized", await Outcome([0, 1, 2, 3, 4, 5, 6, 7]));
        Assert.Equal("BackupNotRecognized", await Outcome([.. "-----BEGIN PGP MESSAGE-----\n\n"u8]));
    }

    [Fact]
    public async Task A_wrong_and_a_missing_passphrase_are_told_from_damage()
    {
        using var writing = ContainerLab.Ring();
        var (ours, _) = await ContainerLab.WriteAsync(plain, ContainerLab.ByPassphrase(), writing);
        var foreign = await lab.GpgAsync(plain, "--symmetric", "--output", "-");
        using var wrong = ContainerLab.Ring("wrong");
        using var none = ContainerLab.Ring();
        foreach (var stored in new[] { ours, foreign })
        {
            Assert.Equal("PassphraseWrong", (await Assert.ThrowsAsync<EncryptionException>(() => ContainerLab.ReadAsync(stored, wrong))).ErrorId);
            Assert.Equal("PassphraseMissing", (await Assert.ThrowsAsync<EncryptionException>(() => ContainerLab.ReadAsync(stored, none))).ErrorId);
        }
    }

    public void Dispose() => lab.Dispose();
}
