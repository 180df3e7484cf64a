using Mina.Backup.Engine.Container;
using Mina.Backup.Model;
using Kind = Mina.Backup.Model.VerificationCheckKind;

namespace Mina.Backup.Engine.Catalog;

/// <summary>One verification under way.</summary>
internal sealed class Verification
{
    private readonly VerificationSubject subject;
    private readonly KeyRing keys;
    private readonly ReadingProgress? progress;

    /// <summary>Prepares the verification of a backup.</summary>
    public Verification(VerificationSubject subject, KeyRing keys, ReadingProgress? progress)
    {
        this.subject = subject;
        this.keys = keys;
        this.progress = progress;
    }

    /// <summary>Outcomes so far.</summary>
    public CheckList Checks { get; } = new();

    /// <summary>Bytes read from the store.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Rows counted.</summary>
    public long Rows { get; private set; }

    private bool IsEncryptedByName => subject.DataFileName.EndsWith(".gpg", StringComparison.Ordinal);

    /// <summary>Does every check.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ContentReadout content;
        try
        {
            content = await ContentReadout.ReadAsync(subject.Store, subject.DataFileName, keys, null, read => progress?.Add(read), cancellationToken, ReadPiecesAsync);
        }
        catch (StorageException error) when (error.Definition == ErrorCatalog.ObjectNotFound)
        {
            CheckManifest(isOurs: true);
            Checks.Fail(Kind.Hash, error.Definition, error.Message);
            return;
        }
        catch (IntegrityException error)
        {
            await CheckDamagedFileAsync(error, cancellationToken);
            return;
        }
        catch (EncryptionException error) when (error.Definition != ErrorCatalog.PassphraseMissing)
        {
            await CheckLockedFileAsync(error, cancellationToken);
            return;
        }

        await CheckContentAsync(content, cancellationToken);
    }

    /// <summary>Compares size, hash and packets with the manifest and nothing else; needs no key.</summary>
    public async Task RunQuickAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckStoredAsync(cancellationToken);
        }
        catch (StorageException error) when (error.Definition == ErrorCatalog.ObjectNotFound)
        {
            CheckManifest(isOurs: true);
            Checks.Fail(Kind.Hash, error.Definition, error.Message);
        }

        foreach (var kind in Enum.GetValues<Kind>().Where(kind => !Checks.Has(kind)))
        {
            Checks.Skip(kind, "Only size, hash and structure were asked for.");
        }
    }

    /// <summary>Lengths of an uncompressed file's members by its index; none without one that can be used, which the check of the index reports.</summary>
    private async Task<IReadOnlyList<int>> ReadPiecesAsync(CancellationToken cancellationToken)
    {
        if (subject.IndexFileName is not { } fileName)
        {
            return [];
        }

        try
        {
            var index = subject.Index ?? await IndexFile.ReadAsync(subject.Store, fileName, subject.Name, subject.Manifest?.Index, keys, cancellationToken);
            return [.. index.Members.Select(member => member.Length)];
        }
        catch (MinaException error) when (error is IntegrityException or EncryptionException)
        {
            return [];
        }
    }

    private async Task CheckContentAsync(ContentReadout content, CancellationToken cancellationToken)
    {
        BytesRead += content.Totals.StoredLength;
        Rows = content.Summary.Rows;
        var isOurs = subject.Manifest is not null || subject.ManifestProblem is not null || content.Summary.ProofLines.Count > 0;
        CheckManifest(isOurs);
        CheckHash(content.Totals.StoredLength, content.Totals.Sha256);
        CheckContainer(content);
        DumpChecks.CheckScript(Checks, content.Summary, isOurs);
        if (isOurs)
        {
            var record = new RecordChecks(subject, keys, Checks);
            await record.RunAsync(content, cancellationToken);
            BytesRead += record.BytesRead;
        }
        else
        {
            const string reason = "Nothing was recorded when the file was made: it is not from this product.";
            Checks.NotApplicable(
                Kind.Rows,
                FormattableString.Invariant($"{Rows} rows counted in {content.Summary.Tables.Count} tables. {reason}"));
            Checks.NotApplicable(Kind.Fingerprints, reason);
            Checks.NotApplicable(Kind.Index, reason);
        }

        var globals = new GlobalsCheck(subject, keys, Checks);
        await globals.RunAsync(cancellationToken);
        BytesRead += globals.BytesRead;
    }

    private void CheckManifest(bool isOurs)
    {
        if (subject.Manifest is not null)
        {
            Checks.Pass(Kind.Manifest, "The manifest can be read and belongs to this backup.");
        }
        else if (subject.ManifestProblem is { } problem)
        {
            Checks.Fail(Kind.Manifest, problem.Definition, problem.Message);
        }
        else if (isOurs)
        {
            Checks.Fail(Kind.Manifest, ErrorCatalog.ManifestUnreadable, $"The manifest of backup {subject.Name} is missing.");
        }
        else
        {
            Checks.NotApplicable(Kind.Manifest, "There is no manifest: the file is not from this product.");
        }
    }

    private void CheckHash(long size, string sha256)
    {
        if (subject.Manifest is not { } manifest)
        {
            Checks.NotApplicable(Kind.Hash, $"No manifest says what the hash should be. The file's SHA-256 is {sha256}.");
        }
        else if (size != manifest.Data.Size)
        {
            var error = size < manifest.Data.Size ? ErrorCatalog.BackupTruncated : ErrorCatalog.BackupCorrupt;
            Checks.Fail(
                Kind.Hash,
                size == 0 ? ErrorCatalog.BackupEmpty : error,
                FormattableString.Invariant($"The file has {size} bytes; the manifest says {manifest.Data.Size}."));
        }
        else if (sha256 != manifest.Data.Sha256)
        {
            Checks.Fail(Kind.Hash, ErrorCatalog.BackupCorrupt, $"The file's SHA-256 is {sha256}; the manifest says {manifest.Data.Sha256}.");
        }
        else
        {
            Checks.Pass(Kind.Hash, $"Size and SHA-256 are those of the manifest ({sha256}).");
        }
    }

    private void CheckContainer(ContentReadout content)
    {
        var encrypted = content.Encryption != BackupEncryption.None;
        if (encrypted != (subject.Manifest is { } manifest ? manifest.Encryption != BackupEncryption.None : encrypted))
        {
            Checks.Fail(Kind.Structure, ErrorCatalog.ManifestMismatch, "The manifest and the file disagree about encryption.");
        }
        else if (encrypted)
        {
            Checks.Pass(Kind.Structure, "The OpenPGP packets are well formed from first to last.");
        }
        else
        {
            Checks.NotApplicable(Kind.Structure, "The file is not encrypted.");
        }

        if (!encrypted)
        {
            Checks.NotApplicable(Kind.Mdc, "The file is not encrypted.");
        }
        else
        {
            // Messages without one are refused before their content is looked at.
            Checks.Pass(Kind.Mdc, "The modification detection code agrees.");
        }

        var plain = FormattableString.Invariant($"{content.Totals.PlainLength} bytes of plain text");
        if (content.Compression != BackupCompression.None)
        {
            Checks.Pass(Kind.Compression, $"Every {MemberCodec.For(content.Compression).MemberName} decompresses, its checksum and length agree: {plain}.");
        }
        else
        {
            Checks.NotApplicable(Kind.Compression, $"The file is not compressed: {plain}.");
        }
    }

    // The content could not be read to its end. The stored bytes alone tell how far the damage goes.
    private async Task CheckDamagedFileAsync(IntegrityException error, CancellationToken cancellationToken)
    {
        var stored = await CheckStoredAsync(cancellationToken);
        if (stored.Problem is not null)
        {
            return;
        }

        // The packets are whole. If the bytes are not those that were written, the modification detection code cannot agree, though
        // reading never came as far; otherwise the fault is inside, where it was when the file was made.
        var changed = Checks.All.First(check => check.Check == Kind.Hash).Outcome == CheckOutcome.Failed;
        if (IsEncryptedByName && changed)
        {
            Checks.Fail(Kind.Mdc, error.Definition, error.Message);
        }
        else
        {
            Checks.Fail(Kind.Compression, error.Definition, error.Message);
        }
    }

    // Nothing given opens the file: either the key is another one, or the file's head is damaged.
    private async Task CheckLockedFileAsync(EncryptionException error, CancellationToken cancellationToken)
    {
        await CheckStoredAsync(cancellationToken);
        if (Checks.Outcome != CheckOutcome.Failed && error.Definition != ErrorCatalog.PrivateKeyMissing)
        {
            throw new EncryptionException(error.Definition, error.Message, error.Context, error);
        }

        const string reason = "The recipient's private key was not given.";
        foreach (var kind in Enum.GetValues<Kind>().Where(kind => !Checks.Has(kind)))
        {
            Checks.Skip(kind, error.Definition == ErrorCatalog.PrivateKeyMissing ? reason : error.Message);
        }
    }

    private async Task<StoredFileCheck> CheckStoredAsync(CancellationToken cancellationToken)
    {
        var stored = await StoredFileCheck.ReadAsync(subject.Store, subject.DataFileName, IsEncryptedByName, cancellationToken);
        BytesRead += stored.Size;
        CheckManifest(isOurs: false);
        CheckHash(stored.Size, stored.Sha256);
        if (IsEncryptedByName)
        {
            Checks.Set(Kind.Structure, stored.Problem, "The OpenPGP packets are well formed from first to last.");
        }
        else
        {
            Checks.NotApplicable(Kind.Structure, "The file is not encrypted.");
            Checks.NotApplicable(Kind.Mdc, "The file is not encrypted.");
        }

        return stored;
    }
}
