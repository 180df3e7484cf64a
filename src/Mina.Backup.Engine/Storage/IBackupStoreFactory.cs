namespace Mina.Backup.Engine.Storage;

/// <summary>Opens the place that an operator names.</summary>
public interface IBackupStoreFactory
{
    /// <summary>The store behind a location: a folder's path, later an object store's address.</summary>
    IBackupStore Open(string location);
}
