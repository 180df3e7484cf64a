using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>Hands text out as it is: in the pieces that an index told of, or, without one, as a stream.</summary>
internal sealed class TextDecoder : ContentDecoder
{
    private readonly MemberQueue queue;
    private readonly MemberCodec codec;
    private readonly IReadOnlyList<int> pieces;

    public TextDecoder(MemberCodec codec, ContentInput input)
        : base(input)
    {
        this.codec = codec;
        pieces = input.Pieces;
        queue = new MemberQueue(codec, Errors);
    }

    public override IReadOnlyList<MemberLocation> Members => queue.Members;

    public override async Task DecodeAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        for (var number = 0; ; number++)
        {
            // What the index does not tell of comes behind it as one more piece, so that whoever compares the two finds it.
            var length = number < pieces.Count ? Math.Clamp(pieces[number], 1, codec.MaxPlainLength) : BlockLength;
            var offset = Source.Position;
            if (await ReadAsync(length, cancellationToken).ConfigureAwait(false) is not { } block)
            {
                break;
            }

            if (pieces.Count > 0)
            {
                await queue.AddPlainAsync(block, offset, blocks, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await HandOutAsync(blocks, block, cancellationToken).ConfigureAwait(false);
            }
        }

        await queue.CompleteAsync().ConfigureAwait(false);
        PlainLength = Source.Position;
    }

    public override void Dispose()
    {
        queue.Dispose();
        base.Dispose();
    }

    private async ValueTask<PlainBlock?> ReadAsync(int length, CancellationToken cancellationToken)
    {
        var block = PlainBlock.Rent(length);
        try
        {
            block.Length = await Source.ReadFullyAsync(block.Buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            if (block.Length > 0)
            {
                return block;
            }
        }
        catch
        {
            block.Dispose();
            throw;
        }

        block.Dispose();
        return null;
    }
}
