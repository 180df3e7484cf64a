using System.Text.Json;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>The filenode maps of an archive, in a place of their own beside its WAL. Compressed, and encrypted where the archive is: they hold names.</summary>
public sealed class FilenodeMapStore
{
    private const int BlockLength = 1 << 20;
    private const int MessageStart = 64;
    private const long GreatestLength = 256L << 20;
    private readonly IBackupStore store;

    /// <summary>Opens the maps of a place; nothing is read yet.</summary>
    public FilenodeMapStore(IBackupStore store) => this.store = store;

    /// <summary>The maps of an archive.</summary>
    public static FilenodeMapStore Open(WalArchivePlace place, IBackupStoreFactory stores) => new(stores.Open(place.NamesLocation));

    /// <summary>Reads all maps that say something new, in the order of the log: of several that say the same the last, whose estimates are the youngest.</summary>
    /// <param name="keys">What opens them.</param>
    /// <param name="unreadable">Told of a map that is damaged (<c>NamesUnreadable</c>) and left out: the others still give most names.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EncryptionException">The keys do not open one.</exception>
    public async Task<IReadOnlyList<FilenodeMap>> ReadAllAsync(KeyRing keys, Action<IntegrityException> unreadable, CancellationToken cancellationToken)
    {
        List<FilenodeMap> maps = [];
        var names = (await ListAsync(cancellationToken)).Select(item => item.Name).ToList();
        var first = 0;
        for (var i = 0; i < names.Count; i++)
        {
            if (i + 1 < names.Count && names[i + 1].Hash == names[i].Hash)
            {
                continue;
            }

            try
            {
                // What they all say was true from the first one on.
                maps.Add(await ReadAsync(names[i].ToString(), keys, cancellationToken) with { Lsn = names[first].Lsn });
            }
            catch (IntegrityException e)
            {
                unreadable(ReferenceEquals(e.Definition, ErrorCatalog.NamesUnreadable) ? e : Unreadable(names[i].ToString(), e.Message.TrimEnd('.'), e));
            }

            first = i + 1;
        }

        return maps;
    }

    /// <summary>
    /// Removes maps that tell nothing about the log from a place on: all but the newest of those before it. Retention of WAL calls it with the
    /// beginning of what it keeps. Returns how many went.
    /// </summary>
    public async Task<int> PruneAsync(Lsn keptFrom, CancellationToken cancellationToken)
    {
        var before = (await ListAsync(cancellationToken)).Where(item => item.Name.Lsn < keptFrom).SkipLast(1).ToList();
        foreach (var (name, _) in before)
        {
            await store.DeleteAsync(name.ToString(), cancellationToken);
        }

        return before.Count;
    }

    /// <summary>Names and ages of the maps, in the order of the log.</summary>
    internal async Task<IReadOnlyList<(FilenodeMapName Name, DateTimeOffset StoredAt)>> ListAsync(CancellationToken cancellationToken)
    {
        List<(FilenodeMapName Name, DateTimeOffset StoredAt)> found = [];
        await foreach (var item in store.ListAsync("", cancellationToken))
        {
            if (FilenodeMapName.Parse(item.Name) is { } name)
            {
                found.Add((name, item.ModifiedAt));
            }
        }

        return [.. found.OrderBy(item => item.Name.Lsn).ThenBy(item => item.Name.Timeline)];
    }

    /// <summary>Writes a map under its name.</summary>
    /// <exception cref="StorageException">All that the store reports; <c>ObjectExists</c> when somebody was faster.</exception>
    internal async Task WriteAsync(FilenodeMap map, MessageProtection protection, KeyRing keys, CancellationToken cancellationToken)
    {
        var name = FilenodeMapName.Of(map, protection.Encryption != BackupEncryption.None).ToString();
        protection = await WithSharedSaltAsync(protection, cancellationToken);
        var json = JsonSerializer.SerializeToUtf8Bytes(map, FilenodeMapJson.Default.FilenodeMap);
        await using var staged = await store.StageAsync(name, cancellationToken);
        await using (var writer = new ContainerWriter(staged.Content, new ContainerWriterOptions { Workers = 1, Protection = protection, Keys = keys }))
        {
            for (var offset = 0; offset < json.Length; offset += BlockLength)
            {
                var part = json.AsSpan(offset, Math.Min(BlockLength, json.Length - offset));
                var block = PlainBlock.Rent(part.Length);
                part.CopyTo(block.Buffer);
                block.Length = part.Length;
                await writer.WriteAsync(block, cancellationToken);
            }

            await writer.CompleteAsync(cancellationToken);
        }

        await staged.CommitAsync(cancellationToken);
    }

    /// <summary>The salt of the newest map, so that a reader of many stretches its passphrase once.</summary>
    private async Task<MessageProtection> WithSharedSaltAsync(MessageProtection protection, CancellationToken cancellationToken)
    {
        if (protection.Encryption != BackupEncryption.Passphrase || (await ListAsync(cancellationToken)).LastOrDefault(item => item.Name.Encrypted) is not { Name: { } newest })
        {
            return protection;
        }

        var start = new byte[MessageStart];
        await using var content = await store.OpenRangeAsync(newest.ToString(), 0, MessageStart, cancellationToken);
        var length = await content.ReadAtLeastAsync(start, MessageStart, throwOnEndOfStream: false, cancellationToken);
        return protection.WithSaltOf(start.AsSpan(0, length));
    }

    private async Task<FilenodeMap> ReadAsync(string name, KeyRing keys, CancellationToken cancellationToken)
    {
        var text = new MemoryStream();
        await using (var stream = await store.OpenReadAsync(name, cancellationToken))
        await using (var container = await ContainerReader.OpenAsync(stream, keys, store.GetAddress(name), cancellationToken))
        {
            await foreach (var block in container.ReadBlocksAsync(cancellationToken))
            {
                using (block)
                {
                    text.Write(block.Span);
                }

                if (text.Length > GreatestLength)
                {
                    throw Unreadable(name, "it is too long");
                }
            }
        }

        try
        {
            return JsonSerializer.Deserialize(text.GetBuffer().AsSpan(0, (int)text.Length), FilenodeMapJson.Default.FilenodeMap) is { FormatVersion: 1 } map
                ? map
                : throw Unreadable(name, "its version is not known to this version of the product");
        }
        catch (JsonException e)
        {
            throw Unreadable(name, "it is not as the format says", e);
        }
    }

    private IntegrityException Unreadable(string name, string problem, Exception? inner = null) => new(
        ErrorCatalog.NamesUnreadable,
        $"{store.GetAddress(name)} cannot be used: {problem}.",
        new ErrorContext { Target = store.GetAddress(name) },
        inner);
}
