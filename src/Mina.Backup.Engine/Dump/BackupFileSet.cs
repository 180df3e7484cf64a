using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// The files of one backup while it is made. The manifest's and the data file's names are held from the start, so two runs never choose the
/// same, whatever their protection and compression; unless the manifest was committed, disposing removes whatever was written. It never throws: what cannot be removed is
/// a warning beside the failure that led there, and keeps nothing else from being removed.
/// </summary>
internal sealed class BackupFileSet : IAsyncDisposable
{
    private const int NameAttempts = 120;

    private readonly IBackupStore store;
    private readonly RunContext context;
    private readonly BackupCompression compression;
    private readonly bool encrypted;
    private readonly StagedObject manifest;
    private readonly List<StagedObject> staged = [];
    private readonly List<string> named = [];
    private bool keep;

    private BackupFileSet(IBackupStore store, RunContext context, string name, BackupCompression compression, bool encrypted, StagedObject manifest, StagedObject data)
    {
        this.manifest = manifest;
        this.store = store;
        this.context = context;
        this.compression = compression;
        this.encrypted = encrypted;
        Name = name;
        Data = data;
        staged.AddRange([manifest, data]);
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
        IBackupStore store, BackupCompression compression, bool encrypted, RunContext context, CancellationToken cancellationToken)
    {
        var at = context.Now;
        for (var attempt = 1; ; attempt++, at = at.AddSeconds(1))
        {
            var name = BackupNames.Create(at);
            if (attempt < NameAttempts && await IsTakenAsync(store, name, cancellationToken))
            {
                continue;
            }

            try
            {
                return await StageAsync(store, context, name, compression, encrypted, cancellationToken);
            }
            catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectExists) && attempt < NameAttempts)
            {
                // Another run took the name in this second.
            }
        }
    }

    /// <summary>Commits the data file.</summary>
    public Task CommitDataAsync(CancellationToken cancellationToken) => CommitAsync(Data, cancellationToken);

    /// <summary>Starts another file of the set, which ends with the set.</summary>
    public async Task<StagedObject> StageAsync(string name, CancellationToken cancellationToken)
    {
        var file = await store.StageAsync(name, cancellationToken);
        staged.Add(file);
        return file;
    }

    /// <summary>Commits another file of the set.</summary>
    public async Task CommitAsync(StagedObject file, CancellationToken cancellationToken)
    {
        // Before, not after: a commit can fail when the file bears its name already, and must not stay then.
        named.Add(file.Name);
        try
        {
            await file.CommitAsync(cancellationToken);
        }
        catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectExists))
        {
            // The name is somebody else's, and so is the file.
            named.Remove(file.Name);
            throw;
        }
    }

    /// <summary>Writes and commits the manifest: the backup is complete and stays.</summary>
    public async Task CompleteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await manifest.Content.WriteAsync(content, cancellationToken);
        await CommitAsync(manifest, cancellationToken);
        keep = true;
    }

    /// <summary>Removes what was written unless it is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        // The manifest is committed last and removed first: no list may promise a backup that is half gone.
        foreach (var name in keep ? [] : named.AsEnumerable().Reverse())
        {
            await TryAsync(name, async () => await store.DeleteAsync(name, CancellationToken.None));
        }

        foreach (var file in staged)
        {
            await TryAsync(file.Name, async () => await file.DisposeAsync());
        }
    }

    private async Task TryAsync(string name, Func<Task> cleaning)
    {
        try
        {
            await cleaning();
        }
        catch (StorageException problem)
        {
            context.Warning($"What was written of {name} could not be removed: {problem.Message}");
        }
    }

    private static async Task<BackupFileSet> StageAsync(
        IBackupStore store, RunContext context, string name, BackupCompression compression, bool encrypted, CancellationToken cancellationToken)
    {
        var manifest = await store.StageAsync(BackupNames.ManifestFile(name), cancellationToken);
        try
        {
            var data = await store.StageAsync(BackupNames.DataFile(name, compression, encrypted), cancellationToken);
            return new BackupFileSet(store, context, name, compression, encrypted, manifest, data);
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
