using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Removes a backup with everything that belongs to it. The manifest goes first, so that no list promises what is half gone, and the
/// data file last, so that a removal that was interrupted still shows as a file of that name and can be run again.
/// </summary>
public sealed class RemoveOperation
{
    private readonly BackupCatalog catalog;

    /// <summary>Creates the operation.</summary>
    public RemoveOperation(BackupCatalog catalog) => this.catalog = catalog;

    /// <summary>Runs it.</summary>
    /// <exception cref="CatalogException">
    /// <c>BackupNotFound</c>, <c>BackupAmbiguous</c>, <c>BackupProtected</c>; <c>BackupNotRecognized</c> for a file that is not called like one.
    /// </exception>
    /// <exception cref="StorageException">A file could not be removed.</exception>
    public async Task<RemovedBackup> RunAsync(RemoveRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var entry = await catalog.ResolveAsync(request.Backup, cancellationToken);
        RefuseOtherFiles(entry);
        if (!request.Force)
        {
            await RefuseProtectedAsync(entry, cancellationToken);
        }

        var removed = new List<string>();
        long size = 0;
        foreach (var fileName in Files(entry))
        {
            var file = await entry.Store.FindAsync(fileName, cancellationToken);
            if (await entry.Store.DeleteAsync(fileName, cancellationToken))
            {
                removed.Add(fileName);
                size += file?.Size ?? 0;
                context.Verbose($"Removed {entry.Store.GetAddress(fileName)}.");
            }
        }

        removed.Reverse();
        return new RemovedBackup
        {
            Name = entry.Info.Name,
            Location = entry.Info.Location,
            Files = removed,
            Size = size,
            RemovedAt = context.Now,
        };
    }

    private static IEnumerable<string> Files(CatalogEntry entry)
    {
        string?[] files = [entry.ManifestFileName, entry.IndexFileName, entry.GlobalsFileName, entry.IsDataMissing ? null : entry.Info.FileName];
        return files.OfType<string>();
    }

    // Reading finds out whether a file of any name is a backup; removing must not depend on it, as it cannot look into an encrypted one
    // and has no way back. Not even -Force makes a file removable that no list would show.
    private static void RefuseOtherFiles(CatalogEntry entry)
    {
        if (!BackupNames.TryParse(entry.Info.FileName, out _))
        {
            throw new CatalogException(
                ErrorCatalog.BackupNotRecognized,
                $"{entry.Info.Path} is not called like a backup's file, so it is not removed.",
                new ErrorContext { Target = entry.Info.Path, Action = "Remove backups that Get-MinaBackup lists; remove other files with Remove-Item." });
        }
    }

    private async Task RefuseProtectedAsync(CatalogEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Info.State != BackupState.Verified)
        {
            return;
        }

        var query = new BackupQuery { Locations = [entry.Info.Location], After = entry.Info.CreatedAt };
        await foreach (var other in catalog.ListAsync(query, cancellationToken))
        {
            if (IsNewer(other, entry.Info))
            {
                return;
            }
        }

        throw new CatalogException(
            ErrorCatalog.BackupProtected,
            $"Backup {entry.Info.Name} is the newest verified one of database {entry.Info.Database} in {entry.Info.Location}.",
            new ErrorContext { Target = entry.Info.Name });
    }

    private static bool IsNewer(BackupInfo other, BackupInfo one) =>
        other.State == BackupState.Verified
        && other.Path != one.Path
        && other.Database == one.Database
        && other.Server == one.Server
        && other.CreatedAt >= one.CreatedAt;
}
