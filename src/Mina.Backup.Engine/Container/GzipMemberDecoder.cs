using System.Buffers;
using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>Finds the gzip members of this product by their length field and inflates them in parallel.</summary>
internal sealed class GzipMemberDecoder : ContentDecoder
{
    private readonly MemberQueue queue;

    public GzipMemberDecoder(MemberCodec codec, ContentInput input)
        : base(input) => queue = new MemberQueue(codec, Errors);

    public override IReadOnlyList<MemberLocation> Members => queue.Members;

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

            await queue.AddPackedAsync(buffer, length, offset, blocks, cancellationToken).ConfigureAwait(false);
        }

        await queue.CompleteAsync().ConfigureAwait(false);
        PlainLength = queue.PlainLength;
    }

    public override void Dispose()
    {
        queue.Dispose();
        base.Dispose();
    }

    private int LengthOf(ReadOnlySpan<byte> header, long offset)
    {
        if (header.Length < GzipMember.HeaderLength)
        {
            throw Errors.Truncated($"the header of the gzip member at offset {offset}");
        }

        return GzipMember.ReadLength(header) ?? throw Errors.Corrupt($"the header of the gzip member at offset {offset} is not as written");
    }
}
