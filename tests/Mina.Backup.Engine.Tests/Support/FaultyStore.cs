using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>A store over another that fails where a test wants it to.</summary>
public sealed class FaultyStore(IBackupStore inner) : IBackupStore, IBackupStoreFactory
{
    /// <summary>Objects whose commit fails before anything of it is done.</summary>
    public Predicate<string> FailsBeforeCommit { get; set; } = _ => false;

    /// <summary>Objects whose commit fails when the object bears its name already.</summary>
    public Predicate<string> FailsAfterCommit { get; set; } = _ => false;

    /// <summary>Objects that cannot be deleted, nor given up while they are written.</summary>
    public Predicate<string> FailsRemoval { get; set; } = _ => false;

    public string Location => inner.Location;

    public IBackupStore Open(string location) => this;

    public string GetAddress(string name) => inner.GetAddress(name);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public ValueTask<StoredObject?> FindAsync(string name, CancellationToken cancellationToken) => inner.FindAsync(name, cancellationToken);

    public async ValueTask<StagedObject> StageAsync(string name, CancellationToken cancellationToken) =>
        new FaultyObject(this, await inner.StageAsync(name, cancellationToken));

    public async ValueTask<StagedObject> StageReplacementAsync(string name, CancellationToken cancellationToken) =>
        new FaultyObject(this, await inner.StageReplacementAsync(name, cancellationToken));

    public ValueTask PutAsync(string name, ReadOnlyMemory<byte> content, bool replace, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, replace, cancellationToken);

    public ValueTask<byte[]> ReadAsync(string name, CancellationToken cancellationToken) => inner.ReadAsync(name, cancellationToken);

    public ValueTask<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => inner.OpenReadAsync(name, cancellationToken);

    public ValueTask<Stream> OpenRangeAsync(string name, long offset, long length, CancellationToken cancellationToken) =>
        inner.OpenRangeAsync(name, offset, length, cancellationToken);

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        FailsRemoval(name) ? throw Failure(name) : inner.DeleteAsync(name, cancellationToken);

    public ValueTask<IReadOnlyList<string>> SweepAbandonedAsync(Func<string, bool> isOurs, CancellationToken cancellationToken) =>
        inner.SweepAbandonedAsync(isOurs, cancellationToken);

    private static StorageException Failure(string name) => new(ErrorCatalog.StorageFailed, $"The device failed at {name}.");

    private sealed class FaultyObject(FaultyStore store, StagedObject inner) : StagedObject
    {
        public override string Name => inner.Name;

        public override Stream Content => inner.Content;

        public override async ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            if (store.FailsBeforeCommit(Name))
            {
                throw Failure(Name);
            }

            await inner.CommitAsync(cancellationToken);
            if (store.FailsAfterCommit(Name))
            {
                throw Failure(Name);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            if (store.FailsRemoval(Name))
            {
                throw Failure(Name);
            }
        }
    }
}
