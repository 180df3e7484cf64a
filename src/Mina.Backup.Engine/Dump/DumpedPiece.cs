using System.Threading.Channels;
using Mina.Backup.Engine.Container;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// The blocks of a piece on their way from the session that reads them to the one writer. It holds a few; a piece that turns out larger is
/// written while it is still being read.
/// </summary>
internal sealed class DumpedPiece
{
    private const int Capacity = 12;

    private readonly Channel<(PlainBlock Block, MemberTag Tag)> blocks =
        Channel.CreateBounded<(PlainBlock, MemberTag)>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    /// <summary>Adds a block; false when there is no room until the writer has taken one.</summary>
    public bool TryAdd(PlainBlock block, MemberTag tag) => blocks.Writer.TryWrite((block, tag));

    /// <summary>Adds a block, waiting for room.</summary>
    public ValueTask AddAsync(PlainBlock block, MemberTag tag, CancellationToken cancellationToken) => blocks.Writer.WriteAsync((block, tag), cancellationToken);

    /// <summary>No more blocks follow, or none because of a failure.</summary>
    public void Complete(Exception? failure = null) => blocks.Writer.TryComplete(failure);

    /// <summary>The blocks in order.</summary>
    public IAsyncEnumerable<(PlainBlock Block, MemberTag Tag)> ReadAllAsync(CancellationToken cancellationToken) => blocks.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Gives back the buffers that nobody took.</summary>
    public void Discard()
    {
        while (blocks.Reader.TryRead(out var item))
        {
            item.Block.Dispose();
        }
    }
}
