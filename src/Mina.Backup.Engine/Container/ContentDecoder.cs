using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>Turns the content of a file into plain blocks, in order.</summary>
internal abstract class ContentDecoder(ByteSource source, ContainerErrors errors)
{
    /// <summary>Plain bytes to hand out at once where the file itself has no blocks.</summary>
    protected const int BlockLength = 1 << 20;

    /// <summary>Members found; empty without our framing.</summary>
    public virtual IReadOnlyList<MemberLocation> Members => [];

    /// <summary>Plain bytes handed out; final when decoding has ended.</summary>
    public long PlainLength { get; protected set; }

    protected ByteSource Source { get; } = source;

    protected ContainerErrors Errors { get; } = errors;

    /// <summary>The decoder for a kind of content.</summary>
    public static ContentDecoder Create(ContentKind kind, ByteSource source, ContainerErrors errors) => kind switch
    {
        ContentKind.Members => new MemberDecoder(source, errors),
        ContentKind.Gzip => new GzipDecoder(source, errors),
        _ => new TextDecoder(source, errors),
    };

    /// <summary>Decodes to the end.</summary>
    public abstract Task DecodeAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken);

    /// <summary>Hands out a block; on failure nobody else would return its buffer.</summary>
    protected static async ValueTask HandOutAsync(ChannelWriter<Task<PlainBlock>> blocks, PlainBlock block, CancellationToken cancellationToken)
    {
        try
        {
            await blocks.WriteAsync(Task.FromResult(block), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }
}

/// <summary>Text that is handed out as it is.</summary>
internal sealed class TextDecoder(ByteSource source, ContainerErrors errors) : ContentDecoder(source, errors)
{
    public override async Task DecodeAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        while (true)
        {
            var block = PlainBlock.Rent(BlockLength);
            block.Length = await Source.ReadFullyAsync(block.Buffer.AsMemory(0, BlockLength), cancellationToken).ConfigureAwait(false);
            if (block.Length == 0)
            {
                block.Dispose();
                return;
            }

            PlainLength += block.Length;
            await HandOutAsync(blocks, block, cancellationToken).ConfigureAwait(false);
        }
    }
}
