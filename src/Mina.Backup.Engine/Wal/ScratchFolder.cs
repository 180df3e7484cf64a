using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal;

/// <summary>A folder of this user alone for a moment.</summary>
internal sealed class ScratchFolder : IDisposable
{
    /// <summary>Makes one in the machine's temporary folder.</summary>
    public ScratchFolder(HostEnvironment environment)
    {
        Path = System.IO.Path.Combine(environment.TempDirectory, $"mina-wal-{Guid.NewGuid():N}");
        StorageErrors.Translate(Path, "created", () =>
        {
            FolderGuard.Ensure(Path);
            return true;
        });
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
