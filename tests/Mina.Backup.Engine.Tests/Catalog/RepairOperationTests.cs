using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed class RepairOperationTests : IDisposable
{
    private readonly SamplePlace place = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => place.Dispose();

    [Theory]
    [InlineData(BackupEncryption.None, BackupCompression.Gzip)]
    [InlineData(BackupEncryption.Passphrase, BackupCompression.Gzip)]
    [InlineData(BackupEncryption.Recipient, BackupCompression.Gzip)]
    [InlineData(BackupEncryption.None, BackupCompression.Zstd)]
    [InlineData(BackupEncryption.Passphrase, BackupCompression.Zstd)]
    public async Task A_lost_manifest_and_index_are_rebuilt_as_they_were(BackupEncryption encryption, BackupCompression compression)
    {
        var (protection, request) = Protect(encryption);
        var (manifest, index) = await place.WriteBackupAsync(protection, data: SampleDump.Large(5_000), compression: compression);
        File.Delete(place.PathOf(manifest.Index.Name));
        File.Delete(place.PathOf(BackupNames.ManifestFile(manifest.Name)));

        var result = await RepairAsync(request);
        var verification = await place.VerifyAsync(request);

        Assert.Equal([manifest.Index.Name, BackupNames.ManifestFile(manifest.Name)], result.Written);
        Assert.Equal(5_000, result.Rows);
        Assert.Equal(BackupState.NotVerified, result.Backup.State);
        Assert.Equal(CheckOutcome.Passed, verification.Outcome);
        using var keys = KeyRing.Create(request, place.Environment);
        var rebuilt = await IndexFile.ReadAsync(place.Store, manifest.Index.Name, manifest.Name, null, keys, Cancellation);
        Assert.Equal(index.Members, rebuilt.Members);
        Assert.Equal(index.Tables, rebuilt.Tables);
        Assert.Equivalent(index.Header, rebuilt.Header, strict: true);
        var entry = await place.Catalog.ResolveAsync(new BackupReference(manifest.Name), Cancellation);
        Assert.Equal(
            manifest with { Index = entry.Manifest!.Index, Duration = TimeSpan.Zero, WrittenBy = entry.Manifest.WrittenBy, CompressionLevel = null, Verification = entry.Manifest.Verification },
            entry.Manifest);
    }

    [Theory]
    [InlineData(BackupEncryption.None)]
    [InlineData(BackupEncryption.Passphrase)]
    public async Task An_uncompressed_backup_is_cut_anew_by_the_same_rules(BackupEncryption encryption)
    {
        var (protection, request) = Protect(encryption);
        var (manifest, index) = await place.WriteBackupAsync(protection, data: SampleDump.Large(5_000), compression: BackupCompression.None);
        File.Delete(place.PathOf(manifest.Index.Name));
        File.Delete(place.PathOf(BackupNames.ManifestFile(manifest.Name)));

        await RepairAsync(request);
        var verification = await place.VerifyAsync(request);

        Assert.Equal(CheckOutcome.Passed, verification.Outcome);
        using var keys = KeyRing.Create(request, place.Environment);
        var rebuilt = await IndexFile.ReadAsync(place.Store, manifest.Index.Name, manifest.Name, null, keys, Cancellation);
        Assert.Equal(index.Tables, rebuilt.Tables);
        Assert.Equal(manifest.PlainSize, rebuilt.Members.Sum(member => (long)member.Length));
        Assert.Equal(Enum.GetValues<DumpSection>(), rebuilt.Members.Select(member => member.Section).Distinct());
        await using var reader = await MemberReader.OpenAsync(place.Store, manifest.Data.Name, keys, Cancellation);
        foreach (var member in rebuilt.Members)
        {
            using var piece = await reader.ReadAsync(member.Location, Cancellation);
            Assert.Equal((byte)'\n', piece.Span[^1]);
            Assert.Equal(member.Run is not null, piece.Span.StartsWith("COPY "u8));
        }
    }

    [Fact]
    public async Task A_manifest_of_another_backup_is_replaced()
    {
        await place.WriteBackupAsync();
        await place.WriteRawAsync(SamplePlace.Name + ".manifest.json", ManifestSerializer.Write(CatalogSamples.Manifest("other")));

        await RepairAsync(new KeyRequest());

        Assert.Equal(CheckOutcome.Passed, (await place.VerifyAsync()).Outcome);
    }

    [Fact]
    public async Task A_damaged_index_is_replaced_and_what_only_the_manifest_knew_is_kept()
    {
        var (manifest, _) = await place.WriteBackupAsync();
        await place.WriteRawAsync(manifest.Index.Name, [1, 2, 3]);

        await RepairAsync(new KeyRequest());

        var entry = await place.Catalog.ResolveAsync(new BackupReference(manifest.Name), Cancellation);
        Assert.Equal(manifest.Duration, entry.Info.Duration);
        Assert.Equal(CheckOutcome.Passed, (await place.VerifyAsync()).Outcome);
    }

    [Fact]
    public async Task An_index_that_cannot_be_written_anew_stays_as_it_was()
    {
        var (manifest, _) = await place.WriteBackupAsync();
        var former = await File.ReadAllBytesAsync(place.PathOf(manifest.Index.Name), Cancellation);
        var faulty = new FaultyStore(place.Store) { FailsBeforeCommit = name => name == manifest.Index.Name };

        await Assert.ThrowsAsync<StorageException>(() => new RepairOperation(new BackupCatalog(faulty, place.Environment, place.Context.Clock)).RunAsync(
            new RepairRequest { Backup = new BackupReference(SamplePlace.Name, place.Folder), Force = true },
            place.Context,
            Cancellation));

        Assert.Equal(former, await File.ReadAllBytesAsync(place.PathOf(manifest.Index.Name), Cancellation));
        Assert.Equal(CheckOutcome.Passed, (await place.VerifyAsync()).Outcome);
    }

    [Fact]
    public async Task What_is_sound_stays_as_it_is_unless_forced()
    {
        await place.WriteBackupAsync();

        var untouched = await RepairAsync(new KeyRequest());
        var forced = await RepairAsync(new KeyRequest(), force: true);

        Assert.Empty(untouched.Written);
        Assert.Equal(2, forced.Written.Count);
        Assert.Equal(CheckOutcome.Passed, (await place.VerifyAsync()).Outcome);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_companion_that_is_lost_or_damaged_goes_from_the_manifest(bool lost, bool force)
    {
        var (manifest, _) = await place.WriteBackupAsync();
        var path = place.PathOf(manifest.Globals!.Name);
        if (lost)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);
        }

        Assert.Equal(CheckOutcome.Failed, (await place.VerifyAsync()).Outcome);
        var repaired = await RepairAsync(new KeyRequest(), force);
        var verification = await place.VerifyAsync();

        Assert.Contains(BackupNames.ManifestFile(manifest.Name), repaired.Written);
        Assert.False(repaired.Backup.HasGlobals);
        Assert.Contains(repaired.Notes, note => note.Contains("ompanion", StringComparison.Ordinal));
        Assert.Equal(CheckOutcome.Passed, verification.Outcome);
    }

    [Fact]
    public async Task Nothing_is_written_when_the_content_is_not_what_the_file_s_end_says()
    {
        var (manifest, _) = await place.WriteBackupAsync(alter: index => index with
        {
            Tables = [index.Tables[0] with { Fingerprint = TableFingerprint.Empty }, .. index.Tables.Skip(1)],
        });
        File.Delete(place.PathOf(BackupNames.ManifestFile(manifest.Name)));

        var error = await Assert.ThrowsAsync<IntegrityException>(() => RepairAsync(new KeyRequest()));

        Assert.Equal(ErrorCatalog.ContentDiffers, error.Definition);
        Assert.False(File.Exists(place.PathOf(BackupNames.ManifestFile(manifest.Name))));
    }

    [Fact]
    public async Task A_file_of_another_script_cannot_be_repaired()
    {
        await place.WriteRawAsync(SamplePlace.Name + ".sql", SampleDump.Whole());

        var error = await Assert.ThrowsAsync<IntegrityException>(() => RepairAsync(new KeyRequest()));

        Assert.Equal(ErrorCatalog.ProofMissing, error.Definition);
        Assert.Single(Directory.GetFiles(place.Folder));
    }

    [Fact]
    public async Task A_missing_data_file_cannot_be_repaired()
    {
        var (manifest, _) = await place.WriteBackupAsync();
        File.Delete(place.PathOf(manifest.Data.Name));

        var error = await Assert.ThrowsAsync<StorageException>(() => RepairAsync(new KeyRequest()));

        Assert.Equal(ErrorCatalog.ObjectNotFound, error.Definition);
    }

    private Task<RepairResult> RepairAsync(KeyRequest keys, bool force = false) => new RepairOperation(place.Catalog).RunAsync(
        new RepairRequest { Backup = new BackupReference(SamplePlace.Name), Keys = keys, Force = force },
        place.Context,
        Cancellation);

    private (MessageProtection Protection, KeyRequest Request) Protect(BackupEncryption encryption)
    {
        if (encryption != BackupEncryption.Recipient)
        {
            return encryption == BackupEncryption.None
                ? (MessageProtection.None, new KeyRequest())
                : (MessageProtection.FromPassphrase(SampleKeys.Passphrase), SampleKeys.WithPassphrase);
        }

        var (publicFile, secretFile) = SampleKeys.WriteRecipient(place.Root);
        return (
            new ProtectionResolver(place.Environment).Resolve(new ProtectionRequest { RecipientFile = publicFile }),
            new KeyRequest { PrivateKeyFile = secretFile });
    }
}
