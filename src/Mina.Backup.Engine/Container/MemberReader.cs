using System.Buffers;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Fetches single members of a file of ours by range, decrypts and decompresses them; every member is checked by its SHA-256, so the message's
/// integrity check, which needs the whole file, is not missed. All reads may run at once.
/// </summary>
public sealed class MemberReader : IAsyncDisposable
{
    private readonly IBackupStore store;
    private readonly string fileName;
    private readonly MessageLayout? layout;
    private readonly ContainerErrors errors;
    private readonly long storedLength;
    private readonly MemberCodec codec;
    private readonly UnpackerPool unpackers;

    private MemberReader(IBackupStore store, string fileName, long storedLength, MessageLayout? layout, MemberCodec codec, ContainerErrors errors)
    {
        this.store = store;
        this.fileName = fileName;
        this.storedLength = storedLength;
        this.layout = layout;
        this.codec = codec;
        this.errors = errors;
        unpackers = new UnpackerPool(codec);
    }

    /// <summary>Opens a file. Failures as those of <see cref="ContainerReader.OpenAsync"/>, and <c>ObjectNotFound</c>.</summary>
    public static async Task<MemberReader> OpenAsync(IBackupStore store, string fileName, KeyRing keys, CancellationToken cancellationToken)
    {
        var errors = new ContainerErrors(fileName);
        var stored = await store.FindAsync(fileName, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(
                ErrorCatalog.ObjectNotFound,
                $"There is no file {fileName} in {store.Location}.",
                new ErrorContext { Target = store.GetAddress(fileName) });
        using var source = new ByteSource(await store.OpenReadAsync(fileName, cancellationToken).ConfigureAwait(false));
        var start = await source.PeekAsync(512, cancellationToken).ConfigureAwait(false);
        if (ContentDetector.Detect(start.Span, errors) is { } codec)
        {
            EnsureMembers(codec, start.Span, errors);
            return new MemberReader(store, fileName, stored.Size, null, codec, errors);
        }

        var (layout, content) = await MessageLayout.ReadAsync(source, stored.Size, keys, errors, cancellationToken).ConfigureAwait(false);
        try
        {
            codec = ContentDetector.Detect(content.Span, errors) ?? throw errors.NotRecognized("an OpenPGP message inside an OpenPGP message");
            EnsureMembers(codec, content.Span, errors);
            return new MemberReader(store, fileName, stored.Size, layout, codec, errors);
        }
        catch
        {
            layout.Dispose();
            throw;
        }
    }

    /// <summary>One member's content. <c>BackupTruncated</c>, <c>BackupCorrupt</c> when it is not what was written.</summary>
    public async ValueTask<PlainBlock> ReadAsync(MemberLocation member, CancellationToken cancellationToken)
    {
        var blocks = await ReadAsync([member], cancellationToken).ConfigureAwait(false);
        return blocks[0];
    }

    /// <summary>The content of members that stand one behind the other, fetched in one range; all are in memory at once. The caller disposes the blocks.</summary>
    public async ValueTask<IReadOnlyList<PlainBlock>> ReadAsync(IReadOnlyList<MemberLocation> adjacent, CancellationToken cancellationToken)
    {
        var length = LengthOf(adjacent);
        var (buffer, at) = await FetchAsync(adjacent[0].Offset, length, cancellationToken).ConfigureAwait(false);
        var blocks = new List<PlainBlock>(adjacent.Count);
        try
        {
            foreach (var member in adjacent)
            {
                blocks.Add(Unpack(buffer, at, member));
                at += member.Length;
            }

            return blocks;
        }
        catch
        {
            blocks.ForEach(b => b.Dispose());
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Forgets the key.</summary>
    public ValueTask DisposeAsync()
    {
        layout?.Dispose();
        unpackers.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void EnsureMembers(MemberCodec codec, ReadOnlySpan<byte> start, ContainerErrors errors)
    {
        if (!codec.HasMembers(start))
        {
            throw errors.NotRecognized("its members cannot be read one by one", "Read it from its start.");
        }
    }

    private static int LengthOf(IReadOnlyList<MemberLocation> adjacent)
    {
        ArgumentOutOfRangeException.ThrowIfZero(adjacent.Count, nameof(adjacent));
        var end = adjacent[0].Offset;
        foreach (var member in adjacent)
        {
            if (member.Offset != end)
            {
                throw new ArgumentException("The members do not stand one behind the other.", nameof(adjacent));
            }

            end += member.Length;
        }

        return checked((int)(end - adjacent[0].Offset));
    }

    private PlainBlock Unpack(byte[] buffer, int at, MemberLocation member)
    {
        if (MemberCodec.HashOf(buffer.AsSpan(at, member.Length)) != member.Sha256)
        {
            throw errors.Corrupt($"the {codec.MemberName} at offset {member.Offset} does not have the SHA-256 recorded");
        }

        try
        {
            return unpackers.Unpack(buffer, at, member.Length);
        }
        catch (InvalidDataException e)
        {
            throw errors.Corrupt($"the {codec.MemberName} at offset {member.Offset} cannot be decompressed", e);
        }
    }

    /// <summary>A range of the content, in a pooled buffer from an offset on.</summary>
    private async ValueTask<(byte[] Buffer, int At)> FetchAsync(long offset, int length, CancellationToken cancellationToken)
    {
        var (from, count) = layout?.ToStored(offset, length) ?? (offset, length);
        if (from < 0 || from + count > storedLength)
        {
            throw errors.Truncated($"the {codec.MemberName} at offset {offset}");
        }

        var buffer = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            await using var range = await store.OpenRangeAsync(fileName, from, count, cancellationToken).ConfigureAwait(false);
            if (await range.ReadAtLeastAsync(buffer.AsMemory(0, count), count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < count)
            {
                throw errors.Truncated($"the {codec.MemberName} at offset {offset}");
            }

            return (buffer, layout?.Open(buffer.AsSpan(0, count), offset, length) ?? 0);
        }
        catch (InvalidDataException e)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw errors.Corrupt("the OpenPGP packet lengths are not as written", e);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }
}
