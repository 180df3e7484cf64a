namespace Mina.Backup.Engine.Storage;

/// <summary>Writes to an unfinished file; failures are <c>StorageException</c>s.</summary>
internal sealed class StagedFileStream(FileStream file, string path) : Stream
{
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
            return true;
        }).ConfigureAwait(false);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => StorageErrors.Translate(path, "written", () =>
    {
        file.Write(buffer, offset, count);
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
