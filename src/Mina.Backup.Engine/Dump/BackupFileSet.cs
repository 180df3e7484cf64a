using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// The files of one backup while it is made. The manifest's and the data file's names are held from the start, so two runs never choose the
/// same, whatever their protection and compression; unless the manifest was committed, disposing removes whatever was written.
/// </summary>
internal sealed class BackupFileSet : IAsyncDisposable
{
    private const int NameAttempts = 120;

    private readonly IBackupStore store;
    private readonly BackupCompression compression;
    private readonly bool encrypted;
    private readonly StagedObject manifest;
    private readonly List<string> committed = [];
    private bool keep;

    private BackupFileSet(IBackupStore store, string name, BackupCompression compression, bool encrypted, StagedObject manifest, StagedObject data)
    {
        this.manifest = manifest;
        this.store = store;
        this.compression = compression;
        this.encrypted = encrypted;
        Name = name;
        Data = data;
    }

    /// <summary>Name of the backup.</summary>
    public string Name { get; }

    /// <summary>The data file.</summary>
    public StagedObject Data { get; }

    /// <summary>Name of the index.</summary>
    public string IndexFile => BackupNames.IndexFile(Name, compression, encrypted);

    /// <summary>Name of the companion.</summary>
    public string GlobalsFile => BackupNames.GlobalsFile(Name, compression, encrypted);

    /// <summary>Takes the name of the current second, or of the next one that is free.</summary>
    public static async Task<BackupFileSet> ReserveAsync(
        IBackupStore store, BackupCompression compression, bool encrypted, TimeProvider clock, CancellationToken cancellationToken)
    {
        var at = clock.GetUtcNow();
        for (var attempt = 1; ; attempt++, at = at.AddSeconds(1))
        {
            var name = BackupNames.Create(at);
            if (attempt < NameAttempts && await IsTakenAsync(store, name, cancellationToken))
            {
                continue;
            }

            try
            {
                return await StageAsync(store, name, compression, encrypted, cancellationToken);
            }
            catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectExists) && attempt < NameAttempts)
            {
                // Another run took the name in this second.
            }
        }
    }

    /// <summary>Commits the data file.</summary>
    public async Task CommitDataAsync(CancellationToken cancellationToken)
    {
        await Data.CommitAsync(cancellationToken);
        committed.Add(Data.Name);
    }

    /// <summary>Starts another file of the set.</summary>
    public async Task<StagedObject> StageAsync(string name, CancellationToken cancellationToken) => await store.StageAsync(name, cancellationToken);

    /// <summary>Commits another file of the set.</summary>
    public async Task CommitAsync(StagedObject staged, CancellationToken cancellationToken)
    {
        await staged.CommitAsync(cancellationToken);
        committed.Add(staged.Name);
    }

    /// <summary>Writes and commits the manifest: the backup is complete and stays.</summary>
    public async Task CompleteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await manifest.Content.WriteAsync(content, cancellationToken);
        await manifest.CommitAsync(cancellationToken);
        keep = true;
    }

    /// <summary>Removes what was written unless it is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await manifest.DisposeAsync();
        if (keep)
        {
            return;
        }

        foreach (var name in committed)
        {
            await store.DeleteAsync(name, CancellationToken.None);
        }
    }

    private static async Task<BackupFileSet> StageAsync(
        IBackupStore store, string name, BackupCompression compression, bool encrypted, CancellationToken cancellationToken)
    {
        var manifest = await store.StageAsync(BackupNames.ManifestFile(name), cancellationToken);
        try
        {
            var data = await store.StageAsync(BackupNames.DataFile(name, compression, encrypted), cancellationToken);
            return new BackupFileSet(store, name, compression, encrypted, manifest, data);
        }
        catch
        {
            await manifest.DisposeAsync();
            throw;
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
