namespace Mina.Backup.Engine.Storage;

/// <summary>
/// Writes to an unfinished file; failures are <c>StorageException</c>s. What was written goes to the disk meanwhile where the system can be asked for
/// that, so that the flush at the end does not find all of it waiting.
/// </summary>
internal sealed class StagedFileStream(FileStream file, string path) : Stream
{
    // Long enough to be written in one go, short enough to leave little for the end.
    private const long WritebackLength = 8 << 20;
    private long written;
    private long begun;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await StorageErrors.TranslateAsync(path, "written", async () =>
        {
            await file.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            Count(buffer.Length);
            return true;
        }).ConfigureAwait(false);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => StorageErrors.Translate(path, "written", () =>
    {
        file.Write(buffer, offset, count);
        Count(count);
        return true;
    });

    public override void Flush()
    {
        // Nothing is buffered here; durability is CommitAsync's.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Count(int length)
    {
        written += length;
        if (OperatingSystem.IsLinux() && written - begun >= WritebackLength)
        {
            UnixFiles.BeginWriteback(file.SafeFileHandle, begun, written - begun);
            begun = written;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
