using System.Collections.Concurrent;

namespace Mina.Backup.Engine.Container;

/// <summary>Unpackers of one codec, as many as work at once, reused. Those still at work when it is disposed are disposed when they come back.</summary>
internal sealed class UnpackerPool(MemberCodec codec) : IDisposable
{
    private readonly ConcurrentBag<MemberUnpacker> idle = [];
    private volatile bool disposed;

    public PlainBlock Unpack(byte[] buffer, int offset, int length)
    {
        var unpacker = idle.TryTake(out var reused) ? reused : codec.CreateUnpacker();
        try
        {
            return unpacker.Unpack(buffer, offset, length);
        }
        finally
        {
            idle.Add(unpacker);
            if (disposed)
            {
                Drain();
            }
        }
    }

    public void Dispose()
    {
        disposed = true;
        Drain();
    }

    private void Drain()
    {
        while (idle.TryTake(out var unpacker))
        {
            unpacker.Dispose();
        }
    }
}
