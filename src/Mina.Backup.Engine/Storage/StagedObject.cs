namespace Mina.Backup.Engine.Storage;

/// <summary>
/// An object being written. Nobody sees it under its name before <see cref="CommitAsync"/> has returned; disposing it
/// uncommitted removes what was written. The name is held from the start: nobody else can stage it meanwhile.
/// </summary>
public abstract class StagedObject : IAsyncDisposable
{
    /// <summary>Name that the object will have.</summary>
    public abstract string Name { get; }

    /// <summary>Takes the bytes, in order; not seekable. Failures are <c>StorageException</c>, a full disk <c>DiskFull</c>.</summary>
    public abstract Stream Content { get; }

    /// <summary>Makes the object durable and visible under its name, at once or not at all.</summary>
    public abstract ValueTask CommitAsync(CancellationToken cancellationToken);

    /// <summary>Removes what was written unless it was committed.</summary>
    public abstract ValueTask DisposeAsync();
}
