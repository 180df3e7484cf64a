using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Brings files from the spool into the archive: checked, compressed, encrypted, durable. A name that the archive has already is accepted when the
/// content is the same, and refused otherwise. One instance serves a run; safe for use by several threads on different files.
/// </summary>
public sealed class WalPublisher
{
    /// <summary>Plain bytes of a gzip member.</summary>
    internal const int BlockLength = 1 << 20;

    private readonly IBackupStore store;
    private readonly WalSpool spool;
    private readonly WalArchive archive;
    private readonly ContainerWriterOptions options;

    /// <summary>Creates a publisher.</summary>
    /// <param name="store">The archive's WAL.</param>
    /// <param name="spool">Where files come from.</param>
    /// <param name="archive">The same archive for reading, with keys that open what it holds.</param>
    /// <param name="options">Compression, protection and keys.</param>
    public WalPublisher(IBackupStore store, WalSpool spool, WalArchive archive, ContainerWriterOptions options)
    {
        this.store = store;
        this.spool = spool;
        this.archive = archive;
        this.options = options;
    }

    private bool Encrypts => options.Protection.Encryption != BackupEncryption.None;

    /// <summary>Writes <c>archive.json</c> unless it is there. Nothing happens before there is a segment to tell of.</summary>
    /// <exception cref="IntegrityException">A segment is none.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (await archive.DescribeAsync(cancellationToken) is { } descriptor
            && await store.FindAsync(WalArchiveDescriptor.ObjectName, cancellationToken) is null)
        {
            await store.PutAsync(WalArchiveDescriptor.ObjectName, descriptor.ToJson(), replace: true, cancellationToken);
        }
    }

    /// <summary>Publishes a complete segment, a history file or a backup label. The file stays in the spool: <see cref="WalSpool.Remove"/> is the caller's.</summary>
    /// <param name="file">A file of the spool.</param>
    /// <param name="cancellationToken">Gives up; nothing remains.</param>
    /// <exception cref="IntegrityException"><c>WalFileInvalid</c>, <c>WalOfOtherCluster</c>, <c>WalFileDiffers</c>.</exception>
    /// <exception cref="StorageException">The archive cannot be written, for instance <c>DiskFull</c>.</exception>
    public async Task<WalPublication> PublishAsync(WalFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await FindStoredAsync(file.Name, cancellationToken) is { } stored
                ? await CompareAsync(file, stored, cancellationToken)
                : await WriteAsync(file, cancellationToken);
        }
        catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectExists))
        {
            return new WalPublication(file.Name, WalPublicationOutcome.TakenByOther, file.StoredSize, 0);
        }
        catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectNotFound) && spool.Find(file.Name) is null)
        {
            // Another run published it and removed it from the spool.
            return new WalPublication(file.Name, WalPublicationOutcome.TakenByOther, file.StoredSize, 0);
        }
    }

    private async Task<WalFile?> FindStoredAsync(WalFileName name, CancellationToken cancellationToken)
    {
        foreach (var encrypted in (bool[])[Encrypts, !Encrypts])
        {
            if (await store.FindAsync(name.ToObjectName(encrypted), cancellationToken) is { } item)
            {
                return new WalFile(name, WalFileSource.Archive, item.Name, item.Size, item.ModifiedAt, encrypted);
            }
        }

        return null;
    }

    private async Task<WalPublication> WriteAsync(WalFile file, CancellationToken cancellationToken)
    {
        await using var staged = await store.StageAsync(file.Name.ToObjectName(Encrypts), cancellationToken);
        await using var writer = new ContainerWriter(staged.Content, options with { LiteralName = file.Name.Text });
        await foreach (var bytes in archive.ReadAsync(file, cancellationToken))
        {
            var block = PlainBlock.Rent(bytes.Length);
            bytes.CopyTo(block.Buffer);
            block.Length = bytes.Length;
            await writer.WriteAsync(block, cancellationToken);
        }

        var totals = await writer.CompleteAsync(cancellationToken);
        await staged.CommitAsync(cancellationToken);
        return new WalPublication(file.Name, WalPublicationOutcome.Published, totals.PlainLength, totals.StoredLength);
    }

    private async Task<WalPublication> CompareAsync(WalFile file, WalFile stored, CancellationToken cancellationToken)
    {
        var comparison = new WalComparison(archive.ReadAsync(file, cancellationToken), archive.ReadAsync(stored, cancellationToken));
        return await comparison.FirstDifferenceAsync(cancellationToken) is null
            ? new WalPublication(file.Name, WalPublicationOutcome.AlreadyThere, file.StoredSize, 0)
            : throw WalErrors.Differs(archive.AddressOf(file), archive.AddressOf(stored));
    }
}
