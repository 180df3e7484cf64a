using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>The index as a file in a backup place: JSON lines in members like the data file's, inside an OpenPGP message where the backup is.</summary>
public static class IndexFile
{
    private const int BlockSize = 1 << 20;

    /// <summary>Writes the index of a backup under its name, in place of one that is there, and commits it.</summary>
    /// <exception cref="StorageException">All that the store reports.</exception>
    public static async Task<ManifestFile> ReplaceAsync(
        IBackupStore store,
        BackupIndex index,
        ContainerWriterOptions options,
        CancellationToken cancellationToken)
    {
        var name = BackupNames.IndexFile(index.Header.Backup, options.Compression, options.Protection.Encryption != BackupEncryption.None);
        await using var staged = await store.StageReplacementAsync(name, cancellationToken);
        var file = await WriteAsync(staged, index, options, cancellationToken);
        await staged.CommitAsync(cancellationToken);
        return file;
    }

    /// <summary>Writes an index without committing it; what a manifest says of the file.</summary>
    public static async Task<ManifestFile> WriteAsync(
        StagedObject staged,
        BackupIndex index,
        ContainerWriterOptions options,
        CancellationToken cancellationToken)
    {
        await using var writer = new ContainerWriter(staged.Content, options);
        foreach (var block in Blocks(index))
        {
            await writer.WriteAsync(block, cancellationToken);
        }

        var totals = await writer.CompleteAsync(cancellationToken);
        return new ManifestFile(staged.Name, totals.StoredLength, totals.Sha256);
    }

    /// <summary>Reads and validates the index of a backup.</summary>
    /// <param name="store">The place that holds it.</param>
    /// <param name="fileName">Its file name.</param>
    /// <param name="backup">Name of the backup that it should belong to.</param>
    /// <param name="expected">Size and hash by the manifest; null when there is no manifest.</param>
    /// <param name="keys">What opens it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IntegrityException"><c>IndexUnreadable</c>.</exception>
    /// <exception cref="EncryptionException">The keys do not open it.</exception>
    public static async Task<BackupIndex> ReadAsync(
        IBackupStore store,
        string fileName,
        string backup,
        ManifestFile? expected,
        KeyRing keys,
        CancellationToken cancellationToken)
    {
        var reader = new IndexReader(backup);
        ContainerReadTotals totals;
        try
        {
            await using var stream = await store.OpenReadAsync(fileName, cancellationToken);
            await using var container = await ContainerReader.OpenAsync(stream, keys, fileName, cancellationToken);
            await foreach (var block in container.ReadBlocksAsync(cancellationToken))
            {
                using (block)
                {
                    reader.Append(block.Span);
                }
            }

            totals = container.Totals;
        }
        catch (IntegrityException error) when (error.Definition != ErrorCatalog.IndexUnreadable)
        {
            throw Unreadable(backup, error.Message, error);
        }
        catch (StorageException error) when (error.Definition == ErrorCatalog.ObjectNotFound)
        {
            throw Unreadable(backup, $"The file {fileName} is missing.", error);
        }

        if (expected is not null && (totals.StoredLength != expected.Size || totals.Sha256 != expected.Sha256))
        {
            throw Unreadable(backup, $"Size or SHA-256 of {fileName} is not that of the manifest.");
        }

        return reader.Complete();
    }

    /// <summary>The error for an index that cannot be used.</summary>
    internal static IntegrityException Unreadable(string backup, string problem, Exception? innerException = null) => new(
        ErrorCatalog.IndexUnreadable,
        $"The index of backup {backup} cannot be used. {problem}",
        new ErrorContext { Target = backup },
        innerException);

    private static IEnumerable<PlainBlock> Blocks(BackupIndex index)
    {
        var block = PlainBlock.Rent(BlockSize);
        foreach (var line in IndexSerializer.WriteLines(index))
        {
            // A line may go on in the next member, as every compression has its greatest one.
            for (var rest = line; !rest.IsEmpty;)
            {
                if (block.Length == BlockSize)
                {
                    yield return block;
                    block = PlainBlock.Rent(BlockSize);
                }

                var part = rest[..Math.Min(rest.Length, BlockSize - block.Length)];
                part.Span.CopyTo(block.Buffer.AsSpan(block.Length));
                block.Length += part.Length;
                rest = rest[part.Length..];
            }
        }

        yield return block;
    }
}
