using System.Buffers;
using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>Unpacks and hashes members in parallel, hands them out in order and remembers where they stood.</summary>
internal sealed class MemberQueue(MemberCodec codec, ContainerErrors errors) : IDisposable
{
    private readonly UnpackerPool unpackers = new(codec);
    private readonly List<MemberLocation> members = [];
    private readonly Queue<Task<(PlainBlock Block, MemberLocation Location)>> pending = [];

    /// <summary>Members so far, in file order; complete once <see cref="CompleteAsync"/> has ended.</summary>
    public IReadOnlyList<MemberLocation> Members => members;

    /// <summary>Plain bytes of these members.</summary>
    public long PlainLength { get; private set; }

    /// <summary>Adds a member in a pooled buffer and takes ownership of it.</summary>
    public ValueTask AddPackedAsync(byte[] buffer, int length, long offset, ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken) =>
        AddAsync(() => Unpack(buffer, length, offset), blocks, cancellationToken);

    /// <summary>Adds a member that is plain and takes ownership of it.</summary>
    public ValueTask AddPlainAsync(PlainBlock block, long offset, ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken) =>
        AddAsync(() => (block, new MemberLocation(offset, block.Length, block.Length, MemberCodec.HashOf(block.Span))), blocks, cancellationToken);

    /// <summary>Waits for what is under way.</summary>
    public ValueTask CompleteAsync() => CollectAsync(all: true);

    public void Dispose() => unpackers.Dispose();

    private async ValueTask AddAsync(Func<(PlainBlock Block, MemberLocation Location)> work, ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        // Waiting for room first bounds the number of members in memory.
        await blocks.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
        var unpacking = Task.Run(work, CancellationToken.None);
        pending.Enqueue(unpacking);
        await blocks.WriteAsync(BlockOf(unpacking), cancellationToken).ConfigureAwait(false);
        await CollectAsync(all: false).ConfigureAwait(false);
    }

    private static async Task<PlainBlock> BlockOf(Task<(PlainBlock Block, MemberLocation Location)> unpacking) =>
        (await unpacking.ConfigureAwait(false)).Block;

    private (PlainBlock Block, MemberLocation Location) Unpack(byte[] buffer, int length, long offset)
    {
        try
        {
            var hash = MemberCodec.HashOf(buffer.AsSpan(0, length));
            var block = unpackers.Unpack(buffer, 0, length);
            return (block, new MemberLocation(offset, length, block.Length, hash));
        }
        catch (InvalidDataException e)
        {
            throw errors.Corrupt($"the {codec.MemberName} at offset {offset} cannot be decompressed or fails its checksum", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask CollectAsync(bool all)
    {
        while (pending.TryPeek(out var first) && (all || first.IsCompleted))
        {
            var (_, location) = await first.ConfigureAwait(false);
            _ = pending.Dequeue();
            members.Add(location);
            PlainLength += location.PlainLength;
        }
    }
}
