using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Mina.Backup.Engine.Storage;

/// <summary>
/// Backups in a folder. An object being written is NAME.partial under an exclusive lock that ends with its writer, however that
/// ends; it is flushed to the disk, renamed without overwriting, and the folder is flushed. Files have mode 0600, folders 0700.
/// A folder that is a symbolic link, or lies in a shared temporary folder and belongs to someone else, is refused for reading and writing.
/// </summary>
public sealed class DirectoryStore : IBackupStore
{
    internal const string PartialSuffix = ".partial";
    private readonly string folder;

    /// <summary>A store in a folder, which need not exist yet.</summary>
    public DirectoryStore(string folder) => this.folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <inheritdoc/>
    public string Location => folder;

    /// <inheritdoc/>
    public string GetAddress(string name) => Path.Combine(folder, CheckName(name));

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await Task.Run(() => StorageErrors.Translate(folder, "listed", () => Scan(prefix)), cancellationToken).ConfigureAwait(false);
        foreach (var item in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsPresentAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(StorageErrors.Translate(folder, "looked up", FolderExists));
    }

    /// <inheritdoc/>
    public ValueTask<StoredObject?> FindAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = GetAddress(name);
        return ValueTask.FromResult(StorageErrors.Translate(path, "looked up", () => FolderExists() ? Describe(new FileInfo(path)) : null));
    }

    /// <inheritdoc/>
    public ValueTask<StagedObject> StageAsync(string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StagedObject>(Stage(name, replace: false, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<StagedObject> StageReplacementAsync(string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StagedObject>(Stage(name, replace: true, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask PutAsync(string name, ReadOnlyMemory<byte> content, bool replace, CancellationToken cancellationToken)
    {
        await using var staged = Stage(name, replace, cancellationToken);
        await staged.Content.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        await staged.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = GetAddress(name);

        // At once and on the caller's thread: a list reads thousands, and a change of threads costs more than a small file does.
        return ValueTask.FromResult(StorageErrors.Translate(path, "read", () =>
        {
            using var handle = Open(path);
            var content = new byte[RandomAccess.GetLength(handle)];
            var length = 0;
            while (length < content.Length && RandomAccess.Read(handle, content.AsSpan(length), length) is var read and > 0)
            {
                length += read;
            }

            return length == content.Length ? content : content[..length];
        }));
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        OpenRangeAsync(name, 0, long.MaxValue, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenRangeAsync(string name, long offset, long length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var path = GetAddress(name);
        return ValueTask.FromResult<Stream>(
            StorageErrors.Translate(path, "opened", () => new StoredFileStream(Open(path), path, offset, length)));
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = GetAddress(name);
        return ValueTask.FromResult(StorageErrors.Translate(path, "deleted", () =>
        {
            if (!FolderExists() || !File.Exists(path))
            {
                return false;
            }

            File.Delete(path);
            FolderSync.Flush(folder);
            return true;
        }));
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> SweepAbandonedAsync(Func<string, bool> isOurs, CancellationToken cancellationToken) =>
        await Task.Run(() => StorageErrors.Translate(folder, "swept", () => Sweep(isOurs, cancellationToken)), cancellationToken).ConfigureAwait(false);

    private static string CheckName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.IndexOfAny(['/', '\\', '\0']) < 0 && !name.EndsWith(PartialSuffix, StringComparison.Ordinal)
            ? name
            : throw new ArgumentException($"'{name}' cannot be the name of a stored object.", nameof(name));

    private static StoredObject? Describe(FileInfo file) =>
        file.Exists ? new StoredObject(file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)) : null;

    /// <summary>False when there is no folder; a folder that is not to be trusted is an error.</summary>
    private bool FolderExists() => FolderGuard.Check(folder);

    private StagedFile Stage(string name, bool replace, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return StorageErrors.Translate(GetAddress(name), "created", () =>
        {
            FolderGuard.Ensure(folder);
            return StagedFile.Create(folder, name, replace);
        });
    }

    private SafeFileHandle Open(string path) => FolderExists() ? FileAccessRules.OpenRead(path) : throw StorageErrors.NotFound(path);

    private List<StoredObject> Scan(string prefix)
    {
        List<StoredObject> found = [];
        if (!FolderExists())
        {
            return found;
        }

        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (file.Name.StartsWith(prefix, StringComparison.Ordinal) && !file.Name.EndsWith(PartialSuffix, StringComparison.Ordinal)
                && Describe(file) is { } item)
            {
                found.Add(item);
            }
        }

        return found;
    }

    private List<string> Sweep(Func<string, bool> isOurs, CancellationToken cancellationToken)
    {
        List<string> swept = [];
        if (!FolderExists())
        {
            return swept;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*" + PartialSuffix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fileName = Path.GetFileName(path);
            if (isOurs(StagedFile.NameOf(fileName)) && StagedFile.TryRemoveAbandoned(path))
            {
                swept.Add(fileName);
            }
        }

        return swept;
    }
}
