using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>What a decoder reads.</summary>
/// <param name="Source">The content, from its first byte on.</param>
/// <param name="Errors">Words its failures.</param>
/// <param name="Pieces">Lengths of the pieces that the content consists of, where only an index tells; empty when nobody knows.</param>
internal sealed record ContentInput(ByteSource Source, ContainerErrors Errors, IReadOnlyList<int> Pieces);

/// <summary>Turns the content of a file into plain blocks, in order.</summary>
internal abstract class ContentDecoder(ContentInput input) : IDisposable
{
    /// <summary>Plain bytes to hand out at once where the file itself has no blocks.</summary>
    protected const int BlockLength = 1 << 20;

    /// <summary>Members found; empty without our framing.</summary>
    public virtual IReadOnlyList<MemberLocation> Members => [];

    /// <summary>Plain bytes handed out; final when decoding has ended.</summary>
    public long PlainLength { get; protected set; }

    protected ByteSource Source { get; } = input.Source;

    protected ContainerErrors Errors { get; } = input.Errors;

    /// <summary>Decodes to the end.</summary>
    public abstract Task DecodeAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken);

    public virtual void Dispose()
    {
    }

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
