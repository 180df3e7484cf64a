using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// The local folder into which the server's archive_command or the receiver writes plain files. Its owner may be the server's account while this
/// process is root, so links in it are never followed.
/// </summary>
/// <param name="folder">Full path; it need not exist.</param>
public sealed class WalSpool(string folder)
{
    /// <summary>Full path of the folder.</summary>
    public string Folder => folder;

    /// <summary>The finished files in it and the partial segments, in no order. An absent spool is empty.</summary>
    /// <exception cref="StorageException"><c>StorageAccessDenied</c>, <c>StorageFailed</c>.</exception>
    public IReadOnlyList<WalFile> List() => StorageErrors.Translate(folder, "listed", () =>
    {
        List<WalFile> files = [];
        if (!Directory.Exists(folder))
        {
            return files;
        }

        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (Describe(file) is { } found)
            {
                files.Add(found);
            }
        }

        return files;
    });

    /// <summary>One file; null when there is none of that name.</summary>
    public WalFile? Find(WalFileName name) => StorageErrors.Translate(PathOf(name.Text), "looked up", () => Describe(new FileInfo(PathOf(name.Text))));

    /// <summary>Opens a file for reading while others may write, rename or remove it.</summary>
    /// <exception cref="StorageException"><c>ObjectNotFound</c> when it went meanwhile.</exception>
    public Stream OpenRead(WalFile file)
    {
        var path = PathOf(file.StoredName);
        return StorageErrors.Translate(path, "opened", () => new StoredFileStream(FileAccessRules.OpenRead(path), path, 0, long.MaxValue));
    }

    /// <summary>Removes a file that the archive has, durably. False when there was none.</summary>
    public bool Remove(WalFile file)
    {
        var path = PathOf(file.StoredName);
        return StorageErrors.Translate(path, "deleted", () =>
        {
            if (!File.Exists(path))
            {
                return false;
            }

            File.Delete(path);
            return true;
        });
    }

    /// <summary>Removes copies that archive_command had to leave unfinished, as when the server was killed. A copy under way is minutes old at most.</summary>
    /// <returns>Their names.</returns>
    public IReadOnlyList<string> SweepAbandoned(DateTimeOffset before) => StorageErrors.Translate(folder, "swept", () =>
    {
        List<string> swept = [];
        foreach (var file in Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles(".*.tmp") : [])
        {
            if (file.LastWriteTimeUtc < before.UtcDateTime)
            {
                file.Delete();
                swept.Add(file.Name);
            }
        }

        return swept;
    });

    /// <summary>Full path of a file in it.</summary>
    public string PathOf(string name) => Path.Combine(folder, name);

    // A size of zero is what a full disk leaves of a file that the receiver has just begun.
    private static WalFile? Describe(FileInfo file) =>
        file.Exists && file.LinkTarget is null && file.Length > 0 && WalFileName.Parse(file.Name) is { } name
            ? new WalFile(name, WalFileSource.Spool, file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero), false)
            : null;
}
