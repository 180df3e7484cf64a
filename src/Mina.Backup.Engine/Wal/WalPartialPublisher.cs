using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Brings the running partial segment into the archive, again and again as it grows. A copy that the archive has gives way only to one that begins
/// with the same bytes and goes on behind them. One instance serves a run and remembers what it wrote, so that it reads the archive's copy once.
/// </summary>
public sealed class WalPartialPublisher
{
    private readonly IBackupStore store;
    private readonly WalSpool spool;
    private readonly WalArchive archive;
    private readonly ContainerWriterOptions options;
    private readonly Dictionary<string, Written> written = new(StringComparer.Ordinal);

    /// <summary>Creates a publisher; the parameters are those of <see cref="WalPublisher"/>.</summary>
    public WalPartialPublisher(IBackupStore store, WalSpool spool, WalArchive archive, ContainerWriterOptions options)
    {
        this.store = store;
        this.spool = spool;
        this.archive = archive;
        this.options = options;
    }

    private bool Encrypts => options.Protection.Encryption != BackupEncryption.None;

    /// <summary>
    /// Publishes what there is of a partial segment now. Null while it cannot be taken: the receiver is still laying the file out, or has completed
    /// the segment meanwhile.
    /// </summary>
    /// <exception cref="IntegrityException"><c>WalFileDiffers</c>, <c>WalFileInvalid</c>, <c>WalOfOtherCluster</c>.</exception>
    public async Task<WalPartialPublication?> PublishAsync(WalFile file, CancellationToken cancellationToken)
    {
        var address = archive.AddressOf(file);
        var descriptor = await archive.DescribeAsync(cancellationToken);
        using var content = PartialContent.Open(spool.PathOf(file.StoredName));
        if (content is null || content.End == 0 || descriptor is null || content.FileLength != descriptor.SegmentSize)
        {
            return null;
        }

        // What the open file holds may grow under our hands; all of this works on the bytes before the end that was seen first.
        var hash = await content.HashAsync(written.TryGetValue(file.Name.Text, out var before) ? Math.Min(before.End, content.End) : 0, cancellationToken);
        var position = new Lsn(descriptor.Geometry.StartOf(file.Name.Segment).Value + (ulong)content.End);
        if (before is not null && await IsStillThereAsync(file.Name, before, cancellationToken))
        {
            if (content.End < before.End || hash != before.Hash)
            {
                throw WalErrors.Differs(address, store.GetAddress(file.Name.ToObjectName(Encrypts)));
            }

            if (content.End == before.End)
            {
                return new WalPartialPublication(file.Name, position, Changed: false, 0);
            }
        }
        else if (await CompareAsync(file, content, cancellationToken))
        {
            return new WalPartialPublication(file.Name, position, Changed: false, 0);
        }

        var size = await WriteAsync(file.Name, content, address, descriptor, cancellationToken);
        return new WalPartialPublication(file.Name, position, Changed: true, size);
    }

    /// <summary>Removes the archive's partial copies of a segment that is complete in it.</summary>
    public async Task RemoveAsync(WalSegmentName segment, CancellationToken cancellationToken)
    {
        var name = WalFileName.OfPartial(segment);
        written.Remove(name.Text);
        await store.DeleteAsync(name.ToObjectName(true), cancellationToken);
        await store.DeleteAsync(name.ToObjectName(false), cancellationToken);
    }

    private async Task<bool> IsStillThereAsync(WalFileName name, Written before, CancellationToken cancellationToken) =>
        await store.FindAsync(name.ToObjectName(Encrypts), cancellationToken) is { } item && item.Size == before.StoredSize && item.ModifiedAt == before.ModifiedAt;

    /// <summary>Whether the archive has all of it already; false when its copy is shorter or absent, and a failure when it is another one.</summary>
    private async Task<bool> CompareAsync(WalFile file, PartialContent content, CancellationToken cancellationToken)
    {
        foreach (var encrypted in (bool[])[Encrypts, !Encrypts])
        {
            if (await store.FindAsync(file.Name.ToObjectName(encrypted), cancellationToken) is not { } item)
            {
                continue;
            }

            var stored = new WalFile(file.Name, WalFileSource.Archive, item.Name, item.Size, item.ModifiedAt, encrypted);
            var relation = await content.RelateAsync(archive.ReadAsync(stored, cancellationToken), cancellationToken);
            return relation is PartialRelation.Same ? true
                : relation is PartialRelation.Longer ? false
                : throw WalErrors.Differs(archive.AddressOf(file), archive.AddressOf(stored));
        }

        return false;
    }

    private async Task<long> WriteAsync(
        WalFileName name, PartialContent content, string address, WalArchiveDescriptor descriptor, CancellationToken cancellationToken)
    {
        var check = new WalContentCheck(name, address, descriptor);
        var objectName = name.ToObjectName(Encrypts);
        await using var staged = await store.StageReplacementAsync(objectName, cancellationToken);
        await using var writer = new ContainerWriter(staged.Content, options with { LiteralName = name.Segment.ToString() });
        await foreach (var block in content.BlocksAsync(cancellationToken))
        {
            check.Append(block.Span);
            await writer.WriteAsync(block, cancellationToken);
        }

        check.Finish();
        var totals = await writer.CompleteAsync(cancellationToken);
        await staged.CommitAsync(cancellationToken);
        var item = await store.FindAsync(objectName, cancellationToken);
        written[name.Text] = new Written(content.End, await content.HashAsync(content.End, cancellationToken), totals.StoredLength, item?.ModifiedAt);
        return totals.StoredLength;
    }

    private sealed record Written(long End, UInt128 Hash, long StoredSize, DateTimeOffset? ModifiedAt);
}

/// <summary>The running segment on its way to the archive.</summary>
/// <param name="Name">Its name.</param>
/// <param name="End">First place in the log that the archive does not have.</param>
/// <param name="Changed">Whether anything was written.</param>
/// <param name="StoredSize">Bytes that it takes in the archive; 0 when nothing was written.</param>
public sealed record WalPartialPublication(WalFileName Name, Lsn End, bool Changed, long StoredSize);
