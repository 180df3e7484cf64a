using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>The base backups of an archive, as its WAL has to serve them.</summary>
internal interface IBaseBackupInventory
{
    /// <summary>All base backups, oldest first, those that cannot be used included.</summary>
    Task<IReadOnlyList<BaseBackupInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes one; the bytes freed.</summary>
    Task<long> RemoveAsync(string name, CancellationToken cancellationToken);
}
