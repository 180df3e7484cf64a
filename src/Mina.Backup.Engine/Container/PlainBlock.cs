using System.Buffers;

namespace Mina.Backup.Engine.Container;

/// <summary>A pooled block of plain bytes. Disposing it gives the buffer back; nobody may touch it afterwards.</summary>
public sealed class PlainBlock : IDisposable
{
    private byte[]? buffer;
    private int length;

    private PlainBlock(byte[] buffer) => this.buffer = buffer;

    /// <summary>The whole buffer, at least as long as the capacity asked for.</summary>
    public byte[] Buffer => buffer ?? throw new ObjectDisposedException(nameof(PlainBlock));

    /// <summary>Bytes in use, from the buffer's start.</summary>
    public int Length
    {
        get => length;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Buffer.Length);
            length = value;
        }
    }

    /// <summary>The bytes in use.</summary>
    public ReadOnlyMemory<byte> Memory => Buffer.AsMemory(0, length);

    /// <summary>The bytes in use.</summary>
    public ReadOnlySpan<byte> Span => Buffer.AsSpan(0, length);

    /// <summary>Takes a buffer of at least <paramref name="capacity"/> bytes from the pool; its length is 0.</summary>
    public static PlainBlock Rent(int capacity) => new(ArrayPool<byte>.Shared.Rent(capacity));

    /// <summary>Gives the buffer away: whoever takes it returns it to the pool.</summary>
    internal byte[] Detach() => Interlocked.Exchange(ref buffer, null) ?? throw new ObjectDisposedException(nameof(PlainBlock));

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } taken)
        {
            ArrayPool<byte>.Shared.Return(taken);
        }
    }
}
