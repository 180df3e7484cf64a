using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;
using Kind = Mina.Backup.Model.BaseBackupCheckKind;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// Reads a base backup from first to last byte and compares everything with what was recorded, by the server and by the run. Damage is a failed
/// check, not an exception; a key that does not open it is an exception, for it says nothing about the base backup.
/// </summary>
internal sealed class BaseBackupVerifier
{
    private readonly IBackupStore store;
    private readonly KeyRing keys;
    private readonly RunContext context;

    /// <summary>Creates a verifier.</summary>
    public BaseBackupVerifier(IBackupStore store, KeyRing keys, RunContext context)
    {
        this.store = store;
        this.keys = keys;
        this.context = context;
    }

    /// <summary>Verifies one base backup.</summary>
    /// <param name="manifest">Its manifest, valid.</param>
    /// <param name="wal">Says what is wrong with the WAL that it needs; null when nothing is. Null itself where that is not to be looked at.</param>
    /// <param name="chain">The base backup with what it builds on; null where that is known to be sound.</param>
    /// <param name="activity">What the whole run does, for its progress.</param>
    /// <param name="cancellationToken">Ends the verification.</param>
    /// <exception cref="EncryptionException">A passphrase is missing, or what was given does not open it.</exception>
    /// <exception cref="StorageException">The place cannot be read.</exception>
    public async Task<BaseBackupVerification> RunAsync(
        BaseBackupManifest manifest, Func<Task<string?>>? wal, BaseChain? chain, string activity, CancellationToken cancellationToken)
    {
        var started = context.Clock.GetTimestamp();
        var checks = new BaseChecks();
        checks.Pass(Kind.Manifest, "The manifest can be read and belongs to this base backup.");
        var progress = new ReadingProgress(context, activity, manifest.PlainSize);
        using var content = new BaseContent();
        var bytesRead = await ReadArchivesAsync(manifest, content, checks, progress, cancellationToken);
        CheckFiles(content, manifest, checks);
        await CheckIndexAsync(manifest, checks, cancellationToken);
        await CheckWalAsync(wal, checks);
        CheckChain(manifest, chain, checks);
        return new BaseBackupVerification
        {
            Name = manifest.Name,
            Location = store.Location,
            Outcome = checks.Outcome,
            Checks = checks.All,
            CheckedAt = context.Now,
            Duration = context.Clock.GetElapsedTime(started),
            BytesRead = bytesRead + manifest.Index.Size,
            Files = content.Manifest?.Files.Count ?? 0,
        };
    }

    private async Task<long> ReadArchivesAsync(
        BaseBackupManifest manifest, BaseContent content, BaseChecks checks, ReadingProgress progress, CancellationToken cancellationToken)
    {
        long bytesRead = 0;
        for (var i = 0; i < manifest.Archives.Count; i++)
        {
            var archive = manifest.Archives[i];
            try
            {
                var totals = await ReadAsync(archive, content.Scan(i, archive.Prefix), progress, cancellationToken);
                bytesRead += totals.StoredLength;
                if (totals.StoredLength != archive.File.Size || totals.Sha256 != archive.File.Sha256)
                {
                    checks.Fail(Kind.Hash, ErrorCatalog.BackupCorrupt, $"Size or SHA-256 of {archive.File.Name} is not that of the manifest.");
                }
            }
            catch (StorageException error) when (error.Definition == ErrorCatalog.ObjectNotFound)
            {
                checks.Fail(Kind.Hash, error.Definition, $"The file {archive.File.Name} is missing.");
                return bytesRead;
            }
            catch (IntegrityException error)
            {
                await CheckStoredAsync(archive, checks, cancellationToken);
                checks.Fail(Kind.Content, error.Definition, error.Message);
                return bytesRead;
            }
            catch (EncryptionException) when (archive.Tablespace is null)
            {
                await CheckStoredAsync(archive, checks, cancellationToken);
                if (checks.Outcome != CheckOutcome.Failed)
                {
                    throw;
                }

                return bytesRead;
            }
        }

        checks.Pass(Kind.Hash, "Size and SHA-256 of every archive are those of the manifest.");
        checks.Pass(Kind.Content, FormattableString.Invariant($"Every archive decrypts, inflates and is a complete tar: {content.Entries.Count} entries."));
        return bytesRead;
    }

    private async Task<ContainerReadTotals> ReadAsync(BaseBackupArchive archive, TarScanner scanner, ReadingProgress progress, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(archive.File.Name, cancellationToken);
        await using var container = await ContainerReader.OpenAsync(stream, keys, archive.File.Name, cancellationToken);
        try
        {
            await foreach (var block in container.ReadBlocksAsync(cancellationToken))
            {
                using (block)
                {
                    scanner.Append(block.Span);
                    progress.Add(block.Length);
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw new IntegrityException(ErrorCatalog.BackupCorrupt, $"{archive.File.Name}: {e.Message}", new ErrorContext { Target = archive.File.Name }, e);
        }

        return scanner.IsComplete
            ? container.Totals
            : throw new IntegrityException(ErrorCatalog.BackupTruncated, $"The tar in {archive.File.Name} lacks its end.", new ErrorContext { Target = archive.File.Name });
    }

    // The content could not be read: the stored bytes tell whether they are still those that were written.
    private async Task CheckStoredAsync(BaseBackupArchive archive, BaseChecks checks, CancellationToken cancellationToken)
    {
        var stored = await StoredFileCheck.ReadAsync(store, archive.File.Name, encrypted: false, cancellationToken);
        if (stored.Size != archive.File.Size)
        {
            var definition = stored.Size < archive.File.Size ? ErrorCatalog.BackupTruncated : ErrorCatalog.BackupCorrupt;
            checks.Fail(Kind.Hash, definition, FormattableString.Invariant($"{archive.File.Name} has {stored.Size} bytes; the manifest says {archive.File.Size}."));
        }
        else if (stored.Sha256 != archive.File.Sha256)
        {
            checks.Fail(Kind.Hash, ErrorCatalog.BackupCorrupt, $"The SHA-256 of {archive.File.Name} is not that of the manifest.");
        }
    }

    private static void CheckFiles(BaseContent content, BaseBackupManifest manifest, BaseChecks checks)
    {
        if (checks.Outcome == CheckOutcome.Failed)
        {
            checks.Skip(Kind.Files, "The archives could not be read to their end.");
        }
        else if (content.FindProblem() is { } problem)
        {
            checks.Fail(Kind.Files, ErrorCatalog.BaseBackupDiffers, $"Compared with the server's own manifest, {problem}.");
        }
        else if (content.Manifest!.StartLsn != manifest.StartLsn || content.Manifest.StopLsn != manifest.StopLsn || content.Manifest.Timeline != manifest.Timeline)
        {
            checks.Fail(Kind.Files, ErrorCatalog.ManifestMismatch, "The manifest names another place in the log than the server's own manifest.");
        }
        else
        {
            checks.Pass(Kind.Files, FormattableString.Invariant($"{content.Manifest.Files.Count} files have the size and SHA-256 that the server recorded."));
        }
    }

    private async Task CheckIndexAsync(BaseBackupManifest manifest, BaseChecks checks, CancellationToken cancellationToken)
    {
        try
        {
            var index = await BaseIndexFile.ReadAsync(store, manifest, keys, cancellationToken);
            checks.Pass(Kind.Index, FormattableString.Invariant($"The index names {index.Archives.Sum(archive => archive.Members.Count)} members."));
        }
        catch (IntegrityException error)
        {
            checks.Fail(Kind.Index, error.Definition, error.Message);
        }
        catch (EncryptionException error)
        {
            checks.Fail(Kind.Index, ErrorCatalog.IndexUnreadable, error.Message);
        }
    }

    private static void CheckChain(BaseBackupManifest manifest, BaseChain? chain, BaseChecks checks)
    {
        if (chain?.Describe() is { } problem)
        {
            checks.Fail(Kind.Chain, ErrorCatalog.BaseChainBroken, problem);
        }
        else
        {
            checks.Pass(Kind.Chain, manifest.Parent is null
                ? "It is a full base backup and builds on no other one."
                : chain is null
                    ? $"It builds on {manifest.Parent.Name}, which was looked at before."
                    : $"What it builds on is there and complete, and has failed no verification: {string.Join(", ", chain.Names.SkipLast(1))}.");
        }
    }

    private static async Task CheckWalAsync(Func<Task<string?>>? wal, BaseChecks checks)
    {
        if (wal is null)
        {
            checks.Pass(Kind.Wal, "The WAL is on its way to the archive.");
        }
        else if (await wal() is { } problem)
        {
            checks.Fail(Kind.Wal, ErrorCatalog.WalGap, problem);
        }
        else
        {
            checks.Pass(Kind.Wal, "The WAL that makes it consistent is in the archive or its spool.");
        }
    }
}
