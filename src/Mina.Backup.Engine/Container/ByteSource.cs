namespace Mina.Backup.Engine.Container;

/// <summary>A buffer before a stream that lets its reader look ahead.</summary>
internal sealed class ByteSource(Stream source) : IDisposable
{
    private const int Capacity = 128 << 10;
    private readonly byte[] buffer = new byte[Capacity];
    private int start;
    private int end;

    /// <summary>Bytes taken so far.</summary>
    public long Position { get; private set; }

    /// <summary>The next bytes, without taking them: as many as asked for, fewer only at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int count, CancellationToken cancellationToken)
    {
        if (end - start < count)
        {
            if (start + count > Capacity)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
                start = 0;
            }

            while (end - start < count)
            {
                var read = await source.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                end += read;
            }
        }

        return buffer.AsMemory(start, Math.Min(count, end - start));
    }

    /// <summary>Takes bytes that were looked at.</summary>
    public void Advance(int count)
    {
        start += count;
        Position += count;
    }

    /// <summary>Takes some bytes; 0 at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        int read;
        if (start < end)
        {
            read = Math.Min(target.Length, end - start);
            buffer.AsSpan(start, read).CopyTo(target.Span);
            start += read;
        }
        else
        {
            read = await source.ReadAsync(target, cancellationToken).ConfigureAwait(false);
        }

        Position += read;
        return read;
    }

    /// <summary>Takes as many bytes as fit; fewer only at the end.</summary>
    public async ValueTask<int> ReadFullyAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        var total = 0;
        while (total < target.Length)
        {
            var read = await ReadAsync(target[total..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    public void Dispose() => source.Dispose();
}
