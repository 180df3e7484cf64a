using Microsoft.Win32.SafeHandles;

namespace Mina.Backup.Engine.Storage;

/// <summary>Reads a range of a file; failures are <c>StorageException</c>s.</summary>
internal sealed class StoredFileStream(SafeFileHandle handle, string path, long offset, long length) : Stream
{
    private long position = offset;
    private long left = length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        StorageErrors.TranslateAsync(path, "read", async () =>
        {
            var want = buffer[..(int)Math.Min(buffer.Length, left)];
            var read = want.IsEmpty ? 0 : await RandomAccess.ReadAsync(handle, want, position, cancellationToken).ConfigureAwait(false);
            position += read;
            left -= read;
            return read;
        });

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        var rented = new byte[Math.Min(buffer.Length, 128 << 10)];
        var read = Read(rented, 0, rented.Length);
        rented.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => StorageErrors.Translate(path, "read", () =>
    {
        var want = buffer.AsSpan(offset, (int)Math.Min(count, left));
        var read = want.IsEmpty ? 0 : RandomAccess.Read(handle, want, position);
        position += read;
        left -= read;
        return read;
    });

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            handle.Dispose();
        }

        base.Dispose(disposing);
    }
}
