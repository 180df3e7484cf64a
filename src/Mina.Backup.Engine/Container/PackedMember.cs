using System.Buffers;

namespace Mina.Backup.Engine.Container;

/// <summary>A finished member in a pooled buffer.</summary>
internal sealed class PackedMember(byte[] buffer, int length, int plainLength, string sha256) : IDisposable
{
    private byte[]? buffer = buffer;

    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, Length);

    public int Length { get; } = length;

    public int PlainLength { get; } = plainLength;

    public string Sha256 { get; } = sha256;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } taken)
        {
            ArrayPool<byte>.Shared.Return(taken);
        }
    }
}
