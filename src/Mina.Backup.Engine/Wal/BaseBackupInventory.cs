using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>The base backups by their manifests.</summary>
internal sealed class BaseBackupInventory(BaseBackupCatalog catalog, TimeProvider clock) : IBaseBackupInventory
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<BaseBackupInfo>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await catalog.ListAsync(clock.GetUtcNow(), cancellationToken)).Reverse()];

    /// <inheritdoc/>
    public Task<long> RemoveAsync(string name, CancellationToken cancellationToken) => catalog.RemoveAsync(name, cancellationToken);
}
