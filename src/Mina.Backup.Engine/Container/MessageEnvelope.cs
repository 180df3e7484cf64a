namespace Mina.Backup.Engine.Container;

/// <summary>What stands between the content and the stored file: nothing, or an OpenPGP message.</summary>
internal abstract class MessageEnvelope : IDisposable
{
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    public abstract ValueTask CompleteAsync(CancellationToken cancellationToken);

    public abstract void Dispose();
}

/// <summary>No envelope.</summary>
internal sealed class PlainEnvelope(StoredSink sink) : MessageEnvelope
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        sink.WriteAsync(bytes, cancellationToken);

    public override ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override void Dispose()
    {
    }
}
