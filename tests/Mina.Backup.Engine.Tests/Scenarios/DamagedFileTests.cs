using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class DamagedFileTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private static readonly ErrorDefinition[] Truncated =
        [ErrorCatalog.BackupTruncated, ErrorCatalog.BackupCorrupt, ErrorCatalog.BackupEmpty, ErrorCatalog.DumpIncomplete, ErrorCatalog.ManifestUnreadable];

    private static readonly ErrorDefinition[] Flipped =
        [ErrorCatalog.BackupTruncated, ErrorCatalog.BackupCorrupt, ErrorCatalog.BackupNotRecognized, ErrorCatalog.PassphraseWrong, ErrorCatalog.DumpIncomplete, ErrorCatalog.ContentDiffers, ErrorCatalog.ManifestUnreadable];

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_file_cut_at_every_sixteenth_is_never_taken_for_whole(bool encrypted, bool manifest)
    {
        var backup = await PrepareAsync(encrypted, manifest);
        var whole = await File.ReadAllBytesAsync(backup.Path, Cancel);
        var before = await DumpText.StateAsync(Server, "live");

        foreach (var length in Enumerable.Range(0, 16).Select(part => whole.Length * part / 16).Append(whole.Length - 1).Append(whole.Length - 20))
        {
            await File.WriteAllBytesAsync(backup.Path, whole[..length], Cancel);
            var expected = length == 0 ? [ErrorCatalog.BackupEmpty] : manifest ? [ErrorCatalog.BackupTruncated] : Truncated;
            await ExpectDamageAsync(backup.Name, expected, $"cut at {length} of {whole.Length}");
        }

        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_single_flipped_bit_anywhere_is_found(bool encrypted, bool manifest)
    {
        var backup = await PrepareAsync(encrypted, manifest);
        var whole = await File.ReadAllBytesAsync(backup.Path, Cancel);
        var before = await DumpText.StateAsync(Server, "live");

        int[] ends = [0, 1, 3, 6, 12, 20, 24, 40, whole.Length - 21, whole.Length - 2, whole.Length - 1];
        foreach (var position in ends.Concat(Enumerable.Range(1, 20).Select(part => (int)((long)whole.Length * part / 21))))
        {
            var damaged = (byte[])whole.Clone();
            damaged[position] ^= (byte)(1 << (position % 8));
            await File.WriteAllBytesAsync(backup.Path, damaged, Cancel);
            await ExpectDamageAsync(backup.Name, manifest ? [ErrorCatalog.BackupCorrupt] : Flipped, $"bit flipped at {position} of {whole.Length}");
        }

        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
    }

    [Theory]
    [InlineData(".sql.gz")]
    [InlineData(".sql.gz.gpg")]
    public async Task An_empty_file(string ending)
    {
        await Server.CreateAsync("live", "sample.sql");
        Directory.CreateDirectory(Place);
        await File.WriteAllBytesAsync(Path.Combine(Place, "mina_db_backup_20240101_000000" + ending), [], Cancel);
        await ExpectDamageAsync("mina_db_backup_20240101_000000", [ErrorCatalog.BackupEmpty], "empty file");
    }

    [Theory]
    [InlineData(".sql.gz", "Dear diary,\ntoday I made a backup.\n")]
    [InlineData(".sql.gz.gpg", "Dear diary,\ntoday I made a backup.\n")]
    [InlineData(".sql.gz", "\0\0\0\0\0\0\0\0")]
    [InlineData(".sql.gz", "-- just a comment\nSELECT 1;\n")]
    public async Task A_file_of_something_else_with_the_right_name(string ending, string text)
    {
        await Server.CreateAsync("live", "sample.sql");
        Directory.CreateDirectory(Place);
        await File.WriteAllTextAsync(Path.Combine(Place, "mina_db_backup_20240101_000000" + ending), text, Cancel);
        await ExpectDamageAsync("mina_db_backup_20240101_000000", [ErrorCatalog.BackupNotRecognized, ErrorCatalog.DumpIncomplete], "text file");
    }

    [Fact]
    public async Task A_dump_cut_within_its_rows_before_it_was_compressed()
    {
        await Server.CreateAsync("live", "sample.sql");
        Directory.CreateDirectory(Place);
        var path = Path.Combine(Place, "mina_db_backup_20240101_000000.sql.gz");
        await Programs.ShellAsync("(pg_dump || true) | head -c 900000 | gzip > \"$FILE\" || true", new Dictionary<string, string>(Server.ClientEnvironment("live")) { ["FILE"] = path });
        await ExpectDamageAsync("mina_db_backup_20240101_000000", [ErrorCatalog.DumpIncomplete], "cut dump");
    }

    [Fact]
    public async Task Passphrase_missing_wrong_or_in_an_unreadable_file()
    {
        var backup = await PrepareAsync(encrypted: true, manifest: true);
        var before = await DumpText.StateAsync(Server, "live");

        await FailsAsync(ErrorCatalog.PassphraseMissing, () => RestoreAsync(backup.Name, "live", request => request with { Keys = new() }));
        await FailsAsync(ErrorCatalog.PassphraseWrong, () => RestoreAsync(backup.Name, "live", request => request with { Keys = new() { Passphrase = new("not this one") } }));
        await FailsAsync(ErrorCatalog.KeyFileUnreadable, () => RestoreAsync(backup.Name, "live", request => request with { Keys = new() { PassphraseFile = Path.Combine(Folder, "none") } }));
        await FailsAsync(ErrorCatalog.KeyFileUnreadable, () => VerifyAsync(backup.Name, new() { PrivateKeyFile = Path.Combine(Folder, "none") }));
        await FailsAsync(ErrorCatalog.PassphraseMissing, () => VerifyAsync(backup.Name, new()));
        await FailsAsync(ErrorCatalog.PassphraseWrong, () => VerifyAsync(backup.Name, new() { Passphrase = new("not this one") }));

        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.False(Directory.Exists(SafetyPlace) && Directory.EnumerateFiles(SafetyPlace).Any(), "A safety backup was made before the backup could be opened.");
    }

    [Fact]
    public async Task No_backup_of_that_name()
    {
        await Server.CreateAsync("live", "sample.sql");
        await FailsAsync(ErrorCatalog.BackupNotFound, () => RestoreAsync("mina_db_backup_19990101_000000", "live"));
        await FailsAsync(ErrorCatalog.BackupNotFound, () => VerifyAsync("mina_db_backup_19990101_000000"));
    }

    private async Task<BackupResult> PrepareAsync(bool encrypted, bool manifest)
    {
        await Server.CreateAsync("live", "sample.sql");
        var backup = await BackupAsync("live", encrypted ? Encrypted : Plain);
        if (!manifest)
        {
            foreach (var file in FilesInPlace().Where(name => name != backup.FileName))
            {
                File.Delete(Path.Combine(Place, file));
            }
        }

        return backup;
    }

    private async Task ExpectDamageAsync(string name, IReadOnlyList<ErrorDefinition> expected, string what)
    {
        var observer = new RecordingObserver();
        var error = await FailsAsync(expected, () => RestoreAsync(name, "live", request => request with { SkipSafetyBackup = true }, observer: observer));
        Assert.True(observer.Completed || observer.Stages.Count == 0, $"{what}: progress was never completed.");
        Assert.False(string.IsNullOrEmpty(error.Target) && !error.Message.Contains(name, StringComparison.Ordinal), $"{what}: the error does not name the backup.");
        if (error.ErrorId == ErrorCatalog.PassphraseWrong.Id && !File.Exists(Path.Combine(Place, name + ".manifest.json")))
        {
            // Damage to the head of a message looks like a wrong key, and without a manifest nothing says otherwise.
            await FailsAsync(ErrorCatalog.PassphraseWrong, () => VerifyAsync(name));
            return;
        }

        var verification = await VerifyAsync(name);
        Assert.True(verification.Outcome == CheckOutcome.Failed, $"{what}: verification says {verification.Outcome}.");
        Assert.True(expected.Any(definition => definition.Id == verification.FirstFailure?.ErrorId), $"{what}: verification names {verification.FirstFailure}.");
    }
}
