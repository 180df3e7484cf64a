using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// The files of one base backup while it is made. Its manifest's name is held from the start, so two runs never choose the same; unless the
/// manifest was committed, disposing removes whatever was written.
/// </summary>
internal sealed class BaseFileSet : IAsyncDisposable
{
    private const int NameAttempts = 120;

    private readonly IBackupStore store;
    private readonly StagedObject manifest;
    private readonly List<string> committed = [];
    private bool keep;

    private BaseFileSet(IBackupStore store, string name, bool isEncrypted, StagedObject manifest)
    {
        this.store = store;
        this.manifest = manifest;
        Name = name;
        IsEncrypted = isEncrypted;
    }

    /// <summary>Name of the base backup.</summary>
    public string Name { get; }

    /// <summary>Whether its files are encrypted.</summary>
    public bool IsEncrypted { get; }

    /// <summary>Takes the name of the current second, or of the next one that is free.</summary>
    public static async Task<BaseFileSet> ReserveAsync(IBackupStore store, bool encrypted, TimeProvider clock, CancellationToken cancellationToken)
    {
        var at = clock.GetUtcNow();
        for (var attempt = 1; ; attempt++, at = at.AddSeconds(1))
        {
            var name = BaseBackupNames.Create(at);
            if (attempt < NameAttempts && await IsTakenAsync(store, name, cancellationToken))
            {
                continue;
            }

            try
            {
                var manifest = await store.StageAsync(BaseBackupNames.ManifestFile(name), cancellationToken);
                return new BaseFileSet(store, name, encrypted, manifest);
            }
            catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectExists) && attempt < NameAttempts)
            {
                // Another run took the name in this second.
            }
        }
    }

    /// <summary>Starts a file of the set.</summary>
    public async Task<StagedObject> StageAsync(string name, CancellationToken cancellationToken) => await store.StageAsync(name, cancellationToken);

    /// <summary>Commits a file of the set.</summary>
    public async Task CommitAsync(StagedObject staged, CancellationToken cancellationToken)
    {
        await staged.CommitAsync(cancellationToken);
        committed.Add(staged.Name);
    }

    /// <summary>Writes and commits the manifest: the base backup is complete and stays.</summary>
    public async Task CompleteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await manifest.Content.WriteAsync(content, cancellationToken);
        await manifest.CommitAsync(cancellationToken);
        keep = true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await manifest.DisposeAsync();
        if (!keep)
        {
            foreach (var name in committed)
            {
                await store.DeleteAsync(name, CancellationToken.None);
            }
        }
    }

    private static async Task<bool> IsTakenAsync(IBackupStore store, string name, CancellationToken cancellationToken)
    {
        await foreach (var _ in store.ListAsync(name + ".", cancellationToken))
        {
            return true;
        }

        return false;
    }
}
