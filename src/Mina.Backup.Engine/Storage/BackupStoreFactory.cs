using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Storage;

/// <summary>Opens folders.</summary>
public sealed class BackupStoreFactory(HostEnvironment environment) : IBackupStoreFactory
{
    /// <inheritdoc/>
    public IBackupStore Open(string location)
    {
        var path = location is "~" ? environment.HomeDirectory
            : location.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(environment.HomeDirectory, location[2..])
            : location;
        return new DirectoryStore(path);
    }
}
