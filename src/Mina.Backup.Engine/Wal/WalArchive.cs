using System.Runtime.CompilerServices;
using System.Text;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// An archive as its readers see it: what is there, and every file decoded, decrypted and checked. The archive goes before the spool, and a
/// partial segment is the last resort. Safe for use by several threads.
/// </summary>
public sealed class WalArchive
{
    private const int LookAttempts = 3;
    private readonly IBackupStore store;
    private readonly WalSpool? spool;
    private readonly KeyRing keys;
    private WalArchiveDescriptor? descriptor;

    /// <summary>Opens an archive; nothing is read yet.</summary>
    /// <param name="store">The place of its WAL.</param>
    /// <param name="spool">The spool beside it; null to leave it out.</param>
    /// <param name="keys">What opens its files; the caller's.</param>
    public WalArchive(IBackupStore store, WalSpool? spool, KeyRing keys)
    {
        this.store = store;
        this.spool = spool;
        this.keys = keys;
    }

    /// <summary>The place of the WAL.</summary>
    public string Location => store.Location;

    /// <summary>Opens the archive of a place, with its spool where it has one.</summary>
    public static WalArchive Open(WalArchivePlace place, IBackupStoreFactory stores, KeyRing keys) =>
        new(stores.Open(place.WalLocation), place.Spool is { } folder ? new WalSpool(folder) : null, keys);

    /// <summary>
    /// What the archive says about its cluster; without its <c>archive.json</c>, what its or the spool's segments say. Null while there is no segment.
    /// </summary>
    /// <exception cref="IntegrityException"><c>ArchiveUnreadable</c>, or a damaged segment.</exception>
    /// <exception cref="EncryptionException">Only segments can tell, and they do not open.</exception>
    public async Task<WalArchiveDescriptor?> DescribeAsync(CancellationToken cancellationToken)
    {
        if (descriptor is null && await store.FindAsync(WalArchiveDescriptor.ObjectName, cancellationToken) is not null)
        {
            await using var content = await store.OpenReadAsync(WalArchiveDescriptor.ObjectName, cancellationToken);
            descriptor = await WalArchiveDescriptor.ReadAsync(content, store.GetAddress(WalArchiveDescriptor.ObjectName), cancellationToken);
        }

        return descriptor ??= await DescribeFromSegmentsAsync(cancellationToken);
    }

    /// <summary>What is there now, archive and spool together. Opens no segment while <c>archive.json</c> is there.</summary>
    public async Task<WalListing> ListAsync(CancellationToken cancellationToken)
    {
        // The spool first: a file that moves to the archive meanwhile is then seen twice, not never.
        var spooled = spool?.List() ?? [];
        var stored = await ListStoredAsync(cancellationToken);
        var geometry = (await DescribeAsync(cancellationToken))?.Geometry ?? new WalGeometry(16 << 20);
        return new WalListing(geometry, stored.Concat(spooled));
    }

    /// <summary>The files of the archive alone, in no order; both where one is there encrypted and not.</summary>
    public async Task<IReadOnlyList<WalFile>> ListStoredAsync(CancellationToken cancellationToken)
    {
        List<WalFile> files = [];
        await foreach (var item in store.ListAsync("", cancellationToken))
        {
            if (WalFileName.ParseObject(item.Name, out var encrypted) is { } name)
            {
                files.Add(new WalFile(name, WalFileSource.Archive, item.Name, item.Size, item.ModifiedAt, encrypted));
            }
        }

        return files;
    }

    /// <summary>A timeline's ancestors, from its history file; timeline 1 has none.</summary>
    /// <exception cref="CatalogException"><c>WalFileNotFound</c>.</exception>
    /// <exception cref="IntegrityException"><c>WalFileInvalid</c>, or the file is damaged.</exception>
    public async Task<TimelineHistory> ReadHistoryAsync(uint timeline, CancellationToken cancellationToken)
    {
        if (timeline == 1)
        {
            return TimelineHistory.Root(1);
        }

        var name = WalFileName.OfHistory(timeline);
        using var content = new MemoryStream();
        var file = await WithFileAsync(name, async found =>
        {
            content.SetLength(0);
            await foreach (var block in ReadAsync(found, cancellationToken))
            {
                content.Write(block.Span);
            }

            return found;
        }, cancellationToken);
        try
        {
            return TimelineHistory.Parse(timeline, Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length));
        }
        catch (FormatException e)
        {
            throw WalErrors.Invalid(AddressOf(file), e.Message);
        }
    }

    /// <summary>A file by the name PostgreSQL gives it; of a segment that is nowhere complete, its partial one. Null when there is neither.</summary>
    public async Task<WalFile?> FindAsync(WalFileName name, CancellationToken cancellationToken) =>
        await FindExactAsync(name, cancellationToken)
        ?? (name.Kind == WalFileKind.Segment ? await FindExactAsync(WalFileName.OfPartial(name.Segment), cancellationToken) : null);

    /// <summary>
    /// Writes a file's content to a local path, as PostgreSQL wrote it. The path appears only once the content is complete and checked; mode 0600.
    /// A partial segment has a whole segment's size, filled with zeros.
    /// </summary>
    /// <returns>Where it came from.</returns>
    /// <exception cref="CatalogException"><c>WalFileNotFound</c>.</exception>
    /// <exception cref="IntegrityException">Truncated, damaged, or not what its name says.</exception>
    /// <exception cref="EncryptionException">The key does not open it.</exception>
    /// <exception cref="StorageException">It cannot be read, or the path not be written, for instance <c>DiskFull</c>.</exception>
    public Task<WalFile> FetchAsync(WalFileName name, string path, CancellationToken cancellationToken) => WithFileAsync(
        name,
        async file =>
        {
            await new WalFileWriter(path).WriteAsync(ReadAsync(file, cancellationToken), cancellationToken);
            return file;
        },
        cancellationToken);

    /// <summary>
    /// Writes several files into a folder, in parallel, each under the name recovery asks for (a partial segment under its segment's). Ends with the
    /// first failure; what was written until then stays.
    /// </summary>
    public async Task FetchAsync(IEnumerable<WalFile> files, string folder, int parallel, Action<WalFile>? done, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files, options, async (file, token) =>
        {
            var name = file.Name.Kind == WalFileKind.Partial ? file.Name.Segment.ToString() : file.Name.Text;
            await FetchAsync(file.Name, Path.Combine(folder, name), token);
            done?.Invoke(file);
        });
    }

    /// <summary>
    /// A file's plain content in order; the blocks are the enumeration's, valid until the next step. It ends without a failure only when everything
    /// that can be checked was: checksums, the OpenPGP integrity check, size and header.
    /// </summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(WalFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = await DescribeAsync(cancellationToken);
        await foreach (var block in ReadAsync(file, known, cancellationToken))
        {
            yield return block;
        }
    }

    /// <summary>Full path or address of a file.</summary>
    public string AddressOf(WalFile file) => file.Source == WalFileSource.Archive ? store.GetAddress(file.StoredName) : spool!.PathOf(file.StoredName);

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        WalFile file, WalArchiveDescriptor? known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var check = new WalContentCheck(file.Name, AddressOf(file), known);
        var blocks = file.Source == WalFileSource.Archive ? ReadStoredAsync(file, cancellationToken) : ReadSpooledAsync(file, cancellationToken);
        await foreach (var block in blocks)
        {
            check.Append(block.Span);
            yield return block;
        }

        check.Finish();
    }

    private async Task<WalFile> WithFileAsync(WalFileName name, Func<WalFile, Task<WalFile>> use, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var file = await FindAsync(name, cancellationToken) ?? throw WalErrors.NotFound(name, Location);
            try
            {
                return await use(file);
            }
            catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectNotFound) && attempt < LookAttempts)
            {
                // It moved from the spool to the archive, or a partial segment was completed, between the look and the opening.
            }
        }
    }

    private async Task<WalFile?> FindExactAsync(WalFileName name, CancellationToken cancellationToken)
    {
        foreach (var encrypted in (bool[])[true, false])
        {
            if (await store.FindAsync(name.ToObjectName(encrypted), cancellationToken) is { } item
                && (name.Kind != WalFileKind.Partial || spool?.Find(name) is null))
            {
                return new WalFile(name, WalFileSource.Archive, item.Name, item.Size, item.ModifiedAt, encrypted);
            }
        }

        return spool?.Find(name);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadStoredAsync(WalFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var content = await store.OpenReadAsync(file.StoredName, cancellationToken);
        await using var reader = await ContainerReader.OpenAsync(content, keys, AddressOf(file), cancellationToken);
        await foreach (var block in reader.ReadBlocksAsync(cancellationToken))
        {
            using (block)
            {
                yield return block.Memory;
            }
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadSpooledAsync(WalFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var content = spool!.OpenRead(file);
        using var block = PlainBlock.Rent(WalPublisher.BlockLength);
        while ((block.Length = await content.ReadAtLeastAsync(block.Buffer.AsMemory(0, WalPublisher.BlockLength), WalPublisher.BlockLength, false, cancellationToken)) > 0)
        {
            yield return block.Memory;
        }
    }

    private async Task<WalArchiveDescriptor?> DescribeFromSegmentsAsync(CancellationToken cancellationToken)
    {
        var files = (await ListStoredAsync(cancellationToken)).Concat(spool?.List() ?? [])
            .Where(file => file.Name.Kind is WalFileKind.Segment or WalFileKind.Partial)
            .OrderBy(file => file.Source).ThenBy(file => file.Name.Kind);
        IntegrityException? damage = null;
        foreach (var file in files)
        {
            try
            {
                await foreach (var block in ReadAsync(file, null, cancellationToken))
                {
                    // ReadAsync has judged the header already, unless there is less than one.
                    return WalPageHeader.Read(block.Span) is { } header ? WalArchiveDescriptor.From(header) : throw WalErrors.Invalid(AddressOf(file), "it is too short");
                }
            }
            catch (IntegrityException e)
            {
                // Another segment tells the same; whoever reads this one learns what is wrong with it. In the spool it may just be laid out.
                damage ??= file.Source == WalFileSource.Archive ? e : null;
            }
        }

        return damage is null ? null : throw damage;
    }
}
