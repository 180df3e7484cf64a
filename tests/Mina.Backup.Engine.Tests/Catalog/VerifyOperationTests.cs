using System.Diagnostics;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Kind = Mina.Backup.Model.VerificationCheckKind;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed class VerifyOperationTests : IDisposable
{
    private readonly SamplePlace place = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string DataPath => place.PathOf(SamplePlace.Name + ".sql.gz.gpg");

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task A_sound_encrypted_backup_passes_every_check_and_is_listed_as_verified()
    {
        await WriteEncryptedAsync(SampleDump.Large(20_000));

        var result = await place.VerifyAsync(SampleKeys.WithPassphrase);

        Assert.All(result.Checks, check => Assert.True(check.Outcome == CheckOutcome.Passed, $"{check.Check}: {check.Detail}"));
        Assert.Equal(Enum.GetValues<Kind>(), result.Checks.Select(check => check.Check));
        Assert.Equal(CheckOutcome.Passed, result.Outcome);
        Assert.Equal(20_000, result.Rows);
        var entry = await place.Catalog.ResolveAsync(new BackupReference(SamplePlace.Name), Cancellation);
        Assert.Equal(BackupState.Verified, entry.Info.State);
        Assert.Equal(CatalogSamples.Noon, entry.Info.VerifiedAt);
        Assert.True(place.Observed.Reports.Last().Completed);
    }

    [Fact]
    public async Task A_sound_unencrypted_backup_passes_without_the_checks_of_encryption()
    {
        await place.WriteBackupAsync();

        var result = await place.VerifyAsync();

        Assert.Equal(CheckOutcome.Passed, result.Outcome);
        AssertOnlyNotChecked(result, Kind.Structure, Kind.Mdc);
    }

    [Theory]
    [InlineData(BackupCompression.Zstd, false)]
    [InlineData(BackupCompression.Zstd, true)]
    [InlineData(BackupCompression.None, false)]
    [InlineData(BackupCompression.None, true)]
    public async Task A_sound_backup_of_any_compression_passes_and_a_damaged_one_fails(BackupCompression compression, bool encrypted)
    {
        var protection = encrypted ? MessageProtection.FromPassphrase(SampleKeys.Passphrase) : null;
        var (manifest, index) = await place.WriteBackupAsync(protection, data: SampleDump.Large(5_000), compression: compression);

        var sound = await place.VerifyAsync(SampleKeys.WithPassphrase);

        Assert.Equal(CheckOutcome.Passed, sound.Outcome);
        Assert.Equal(compression != BackupCompression.None, Passed(sound).Contains(Kind.Compression));
        Assert.Contains(sound.Checks, check => check is { Check: Kind.Index, Outcome: CheckOutcome.Passed } && check.Detail.Contains($"{index.Members.Count} members", StringComparison.Ordinal));

        var path = place.PathOf(manifest.Data.Name);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        AssertFailed(await place.VerifyAsync(SampleKeys.WithPassphrase), Kind.Hash, ErrorCatalog.BackupCorrupt);
    }

    [Fact]
    public async Task Pieces_that_are_not_those_of_the_index_fail()
    {
        using var keys = KeyRing.Create(new KeyRequest(), place.Environment);
        var (manifest, index) = await place.WriteBackupAsync(compression: BackupCompression.None);
        var first = index.Members[0];
        var moved = index with { Members = [first with { Length = first.Length - 1, PlainLength = first.PlainLength - 1 }, .. index.Members.Skip(1)] };

        var result = await new BackupVerifier(TimeProvider.System).ReadBackAsync(place.Store, manifest, moved, keys, place.Context, Cancellation);

        AssertFailed(result, Kind.Index, ErrorCatalog.IndexUnreadable);
    }

    [Fact]
    public async Task A_run_reads_back_what_it_wrote_without_the_private_key()
    {
        using var keys = KeyRing.Create(new KeyRequest(), place.Environment);
        var (manifest, index) = await place.WriteBackupAsync(RecipientProtection(out _), keys);

        var result = await new BackupVerifier(TimeProvider.System).ReadBackAsync(place.Store, manifest, index, keys, place.Context, Cancellation);

        Assert.Equal(CheckOutcome.Passed, result.Outcome);
    }

    [Fact]
    public async Task A_stored_index_that_is_not_what_the_run_recorded_fails()
    {
        using var keys = KeyRing.Create(new KeyRequest(), place.Environment);
        var (manifest, index) = await place.WriteBackupAsync();

        var result = await new BackupVerifier(TimeProvider.System).ReadBackAsync(place.Store, manifest, index with { Sequences = [] }, keys, place.Context, Cancellation);

        AssertFailed(result, Kind.Index, ErrorCatalog.IndexUnreadable);
    }

    [Fact]
    public async Task Without_the_private_key_hash_and_structure_are_checked_and_nothing_else_passes()
    {
        await place.WriteBackupAsync(RecipientProtection(out var secretFile));

        var locked = await place.VerifyAsync();
        var opened = await place.VerifyAsync(new KeyRequest { PrivateKeyFile = secretFile });
        var lockedAgain = await place.VerifyAsync();

        Assert.Equal(CheckOutcome.NotChecked, locked.Outcome);
        Assert.Equal([Kind.Manifest, Kind.Hash, Kind.Structure], Passed(locked));
        Assert.Equal(CheckOutcome.Passed, opened.Outcome);
        Assert.Equal(CheckOutcome.NotChecked, lockedAgain.Outcome);
        var entry = await place.Catalog.ResolveAsync(new BackupReference(SamplePlace.Name), Cancellation);
        Assert.Equal(BackupState.Verified, entry.Info.State);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Without_the_private_key_a_changed_length_is_noticed_by_hash_and_structure(int difference)
    {
        await place.WriteBackupAsync(RecipientProtection(out _));
        var bytes = await File.ReadAllBytesAsync(DataPath, Cancellation);
        await File.WriteAllBytesAsync(DataPath, difference < 0 ? bytes[..^1] : [.. bytes, 0], Cancellation);

        var result = await place.VerifyAsync();

        Assert.Equal([Kind.Hash, Kind.Structure], result.Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => check.Check));
    }

    [Fact]
    public async Task A_missing_or_wrong_passphrase_is_an_error_and_says_nothing_about_the_backup()
    {
        await WriteEncryptedAsync();

        var missing = await Assert.ThrowsAsync<EncryptionException>(() => place.VerifyAsync());
        var wrong = await Assert.ThrowsAsync<EncryptionException>(() => place.VerifyAsync(new KeyRequest { Passphrase = new Secret("another") }));

        Assert.Equal(ErrorCatalog.PassphraseMissing, missing.Definition);
        Assert.Equal(ErrorCatalog.PassphraseWrong, wrong.Definition);
        var entry = await place.Catalog.ResolveAsync(new BackupReference(SamplePlace.Name), Cancellation);
        Assert.Equal(BackupState.NotVerified, entry.Info.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_cut_at_every_sixteenth_fails(bool encrypted)
    {
        await (encrypted ? WriteEncryptedAsync(SampleDump.Large(5_000)) : place.WriteBackupAsync(data: SampleDump.Large(5_000)));
        var path = encrypted ? DataPath : place.PathOf(SamplePlace.Name + ".sql.gz");
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        for (var sixteenth = 0; sixteenth < 16; sixteenth++)
        {
            await File.WriteAllBytesAsync(path, bytes[..(bytes.Length * sixteenth / 16)], Cancellation);

            var result = await place.VerifyAsync(SampleKeys.WithPassphrase);

            AssertFailed(result, Kind.Hash, sixteenth == 0 ? ErrorCatalog.BackupEmpty : ErrorCatalog.BackupTruncated);
        }
    }

    [Fact]
    public async Task A_bit_flipped_anywhere_fails()
    {
        await WriteEncryptedAsync();
        var bytes = await File.ReadAllBytesAsync(DataPath, Cancellation);
        for (var position = 0; position < bytes.Length; position += 23)
        {
            var damaged = bytes.ToArray();
            damaged[position] ^= 0x10;
            await File.WriteAllBytesAsync(DataPath, damaged, Cancellation);

            var result = await place.VerifyAsync(SampleKeys.WithPassphrase);

            AssertFailed(result, Kind.Hash, ErrorCatalog.BackupCorrupt);
        }

        var entry = await place.Catalog.ResolveAsync(new BackupReference(SamplePlace.Name), Cancellation);
        Assert.Equal(BackupState.Failed, entry.Info.State);
        Assert.StartsWith("Hash: ", entry.Info.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_that_is_not_what_was_recorded_fails_by_rows_or_fingerprints()
    {
        await place.WriteBackupAsync(alter: index => index with
        {
            Tables = [index.Tables[0] with { Fingerprint = TableFingerprint.Empty }, .. index.Tables.Skip(1)],
        });
        var fingerprints = await place.VerifyAsync();
        Directory.Delete(place.Folder, recursive: true);
        await place.WriteBackupAsync(alter: index => index with { Tables = [index.Tables[0], index.Tables[1] with { Name = "public.other" }] });
        var rows = await place.VerifyAsync();

        AssertFailed(fingerprints, Kind.Fingerprints, ErrorCatalog.ContentDiffers);
        Assert.Contains("public.users", fingerprints.FirstFailure!.Detail, StringComparison.Ordinal);
        Assert.Contains(Kind.Rows, Passed(fingerprints));
        AssertFailed(rows, Kind.Rows, ErrorCatalog.ContentDiffers);
    }

    [Fact]
    public async Task A_dump_without_its_last_section_is_incomplete()
    {
        await place.WriteBackupAsync(postData: "");

        AssertFailed(await place.VerifyAsync(), Kind.Trailer, ErrorCatalog.DumpIncomplete);
    }

    [Fact]
    public async Task Meta_commands_outside_of_rows_are_hostile()
    {
        await place.WriteBackupAsync(postData: SampleDump.PostData.Replace("ALTER", "\\! touch /tmp/x\nALTER", StringComparison.Ordinal));

        AssertFailed(await place.VerifyAsync(), Kind.Script, ErrorCatalog.HostileScript);
    }

    [Theory]
    [InlineData(".manifest.json", Kind.Manifest, nameof(ErrorCatalog.ManifestUnreadable))]
    [InlineData(".index.jsonl.gz", Kind.Index, nameof(ErrorCatalog.IndexUnreadable))]
    [InlineData(".globals.sql.gz", Kind.Globals, nameof(ErrorCatalog.ObjectNotFound))]
    [InlineData(".sql.gz", Kind.Hash, nameof(ErrorCatalog.ObjectNotFound))]
    public async Task A_missing_file_fails_its_own_check(string suffix, Kind kind, string errorId)
    {
        await place.WriteBackupAsync();
        File.Delete(place.PathOf(SamplePlace.Name + suffix));

        var result = await place.VerifyAsync();

        Assert.Equal(kind, result.FirstFailure!.Check);
        Assert.Equal(errorId, result.FirstFailure.ErrorId);
        Assert.Equal(CheckOutcome.Failed, result.Outcome);
    }

    [Theory]
    [InlineData(".manifest.json", Kind.Manifest)]
    [InlineData(".index.jsonl.gz", Kind.Index)]
    [InlineData(".globals.sql.gz", Kind.Globals)]
    public async Task A_damaged_file_fails_its_own_check(string suffix, Kind kind)
    {
        await place.WriteBackupAsync();
        var path = place.PathOf(SamplePlace.Name + suffix);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        await File.WriteAllBytesAsync(path, bytes[..^9], Cancellation);

        var result = await place.VerifyAsync();

        Assert.Equal(kind, result.FirstFailure!.Check);
    }

    [Fact]
    public async Task Files_of_real_scripts_pass_with_their_rows_counted_and_fingerprints_not_checked()
    {
        await place.WriteRawAsync("nightly.sql", SampleDump.Whole());
        await RunAsync("gzip", "-k", place.PathOf("nightly.sql"));
        await RunAsync(
            "gpg", "--batch", "--homedir", place.Root, "--pinentry-mode", "loopback", "--passphrase", "correct horse battery",
            "--symmetric", "--cipher-algo", "AES256", place.PathOf("nightly.sql.gz"));
        await RunAsync("zstd", "-q", "-k", "--no-check", place.PathOf("nightly.sql"));

        foreach (var file in new[] { "nightly.sql", "nightly.sql.gz", "nightly.sql.gz.gpg", "nightly.sql.zst" })
        {
            var result = await place.VerifyAsync(SampleKeys.WithPassphrase, file);

            Assert.Equal(CheckOutcome.Passed, result.Outcome);
            Assert.Equal(3, result.Rows);
            Assert.Contains(result.Checks, check => check is { Check: Kind.Fingerprints, Outcome: CheckOutcome.NotChecked });
            Assert.Contains(result.Checks, check => check is { Check: Kind.Rows, Outcome: CheckOutcome.NotChecked } && check.Detail.StartsWith("3 rows", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Files_that_are_no_dump_fail()
    {
        await place.WriteRawAsync("text.sql", "hello\n"u8.ToArray());
        await place.WriteRawAsync("empty.sql.gz", []);
        await place.WriteRawAsync("cut.sql", SampleDump.Whole(SampleDump.Data[..^40]));

        var text = await place.VerifyAsync(name: "text");
        var empty = await place.VerifyAsync(name: "empty");
        var cut = await place.VerifyAsync(name: "cut");

        Assert.Equal(nameof(ErrorCatalog.BackupNotRecognized), text.FirstFailure?.ErrorId);
        Assert.Equal(nameof(ErrorCatalog.BackupEmpty), empty.FirstFailure?.ErrorId);
        AssertFailed(cut, Kind.Trailer, ErrorCatalog.DumpIncomplete);
    }

    private static void AssertFailed(BackupVerification result, Kind kind, ErrorDefinition error)
    {
        Assert.Equal(CheckOutcome.Failed, result.Outcome);
        Assert.Contains(result.Checks, check => check.Check == kind && check.Outcome == CheckOutcome.Failed && check.ErrorId == error.Id);
    }

    private static void AssertOnlyNotChecked(BackupVerification result, params Kind[] kinds) =>
        Assert.Equal(kinds, result.Checks.Where(check => check.Outcome == CheckOutcome.NotChecked).Select(check => check.Check));

    private static IEnumerable<Kind> Passed(BackupVerification result) =>
        result.Checks.Where(check => check.Outcome == CheckOutcome.Passed).Select(check => check.Check);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, error);
    }

    private Task<(BackupManifest Manifest, BackupIndex Index)> WriteEncryptedAsync(string data = SampleDump.Data) =>
        place.WriteBackupAsync(MessageProtection.FromPassphrase(SampleKeys.Passphrase), data: data);

    private MessageProtection RecipientProtection(out string secretFile)
    {
        var (publicFile, secret) = SampleKeys.WriteRecipient(place.Root);
        secretFile = secret;
        return new ProtectionResolver(place.Environment).Resolve(new ProtectionRequest { RecipientFile = publicFile });
    }
}
