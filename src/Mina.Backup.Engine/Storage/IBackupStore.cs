namespace Mina.Backup.Engine.Storage;

/// <summary>
/// A place that keeps backups: a flat set of named, immutable objects. Nothing above this contract knows what is behind it.
/// All failures are <c>StorageException</c>s: <c>DiskFull</c>, <c>FolderUnsafe</c>, <c>StorageAccessDenied</c>,
/// <c>ObjectExists</c>, <c>ObjectNotFound</c>, or <c>StorageFailed</c>, which alone is worth a retry.
/// Reading, listing, finding and deleting are idempotent; staging is not.
/// </summary>
public interface IBackupStore
{
    /// <summary>The place as the operator names it: a folder's full path, later an object store's address.</summary>
    string Location { get; }

    /// <summary>Full path or address of an object in it.</summary>
    string GetAddress(string name);

    /// <summary>Objects whose name starts with <paramref name="prefix"/>, in no order; unfinished ones are left out. An absent place is empty.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Whether the place is there. One that cannot be absent, or not be asked, is.</summary>
    ValueTask<bool> IsPresentAsync(CancellationToken cancellationToken) => ValueTask.FromResult(true);

    /// <summary>One object, or null when there is none of that name.</summary>
    ValueTask<StoredObject?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a new object. <c>ObjectExists</c> when the name is taken, also by another run that is still writing it.
    /// Creates the place when it is absent.
    /// </summary>
    ValueTask<StagedObject> StageAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a new object that takes the place of one of that name, if there is one, when it is committed; until then the former stays. Of
    /// several at once the last one committed stays. Creates the place when it is absent.
    /// </summary>
    ValueTask<StagedObject> StageReplacementAsync(string name, CancellationToken cancellationToken);

    /// <summary>Writes a small object at once, durably; <paramref name="replace"/> allows to replace one of that name.</summary>
    ValueTask PutAsync(string name, ReadOnlyMemory<byte> content, bool replace, CancellationToken cancellationToken);

    /// <summary>Reads a small object at once, as <see cref="PutAsync"/> wrote it. Whoever distrusts its size looks first.</summary>
    ValueTask<byte[]> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Opens an object from its first byte.</summary>
    ValueTask<Stream> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Opens <paramref name="length"/> bytes of an object from <paramref name="offset"/> on; a shorter object ends the stream early.</summary>
    ValueTask<Stream> OpenRangeAsync(string name, long offset, long length, CancellationToken cancellationToken);

    /// <summary>Removes an object; false when there was none.</summary>
    ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes what runs that no longer live left unfinished; objects that a living run is writing stay. Returns their names.</summary>
    /// <param name="isOurs">
    /// Whether an object of this name is one that the caller's runs write. A place may be shared with others, whose unfinished files can look the same.
    /// </param>
    /// <param name="cancellationToken">Ends the sweep.</param>
    ValueTask<IReadOnlyList<string>> SweepAbandonedAsync(Func<string, bool> isOurs, CancellationToken cancellationToken);
}
