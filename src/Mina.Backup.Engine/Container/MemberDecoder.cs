using System.Buffers;
using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>Finds the members of this product by their length field and inflates them in parallel.</summary>
internal sealed class MemberDecoder(ByteSource source, ContainerErrors errors) : ContentDecoder(source, errors)
{
    private readonly List<MemberLocation> members = [];
    private readonly Queue<Task<(PlainBlock Block, MemberLocation Location)>> pending = [];

    public override IReadOnlyList<MemberLocation> Members => members;

    public override async Task DecodeAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        while (true)
        {
            var offset = Source.Position;
            var header = await Source.PeekAsync(GzipMember.HeaderLength, cancellationToken).ConfigureAwait(false);
            if (header.IsEmpty)
            {
                break;
            }

            var length = LengthOf(header.Span, offset);
            var buffer = ArrayPool<byte>.Shared.Rent(length);
            if (await Source.ReadFullyAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false) < length)
            {
                throw Errors.Truncated($"the gzip member at offset {offset}");
            }

            // Waiting for room first bounds the number of members in memory.
            await blocks.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
            var inflating = Task.Run(() => Inflate(buffer, length, offset), CancellationToken.None);
            pending.Enqueue(inflating);
            await blocks.WriteAsync(BlockOf(inflating), cancellationToken).ConfigureAwait(false);
            await CollectAsync(all: false).ConfigureAwait(false);
        }

        await CollectAsync(all: true).ConfigureAwait(false);
    }

    private static async Task<PlainBlock> BlockOf(Task<(PlainBlock Block, MemberLocation Location)> inflating) =>
        (await inflating.ConfigureAwait(false)).Block;

    private int LengthOf(ReadOnlySpan<byte> header, long offset)
    {
        if (header.Length < GzipMember.HeaderLength)
        {
            throw Errors.Truncated($"the header of the gzip member at offset {offset}");
        }

        return GzipMember.ReadLength(header) ?? throw Errors.Corrupt($"the header of the gzip member at offset {offset} is not as written");
    }

    private (PlainBlock Block, MemberLocation Location) Inflate(byte[] buffer, int length, long offset)
    {
        try
        {
            var hash = GzipMember.HashOf(buffer.AsSpan(0, length));
            var block = GzipMember.Unpack(buffer, 0, length);
            return (block, new MemberLocation(offset, length, block.Length, hash));
        }
        catch (InvalidDataException e)
        {
            throw Errors.Corrupt($"the gzip member at offset {offset} cannot be inflated or fails its checksum", e);
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
