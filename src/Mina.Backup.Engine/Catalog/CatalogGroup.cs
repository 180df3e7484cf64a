using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Files of one place that share a backup's name, before any of them was opened.</summary>
internal sealed class CatalogGroup
{
    private readonly DateTimeOffset? nameTime;

    private CatalogGroup(IBackupStore store, string name)
    {
        Store = store;
        Name = name;
        nameTime = BackupNames.TimeOf(name);
    }

    /// <summary>The place.</summary>
    public IBackupStore Store { get; }

    /// <summary>Name of the backup.</summary>
    public string Name { get; }

    /// <summary>Data files: usually one; an encrypted and a plain one may bear the same name.</summary>
    public List<StoredObject> Data { get; } = [];

    /// <summary>The manifest.</summary>
    public StoredObject? Manifest { get; private set; }

    /// <summary>Indexes and companions, by file name.</summary>
    public Dictionary<string, BackupFileName> Companions { get; } = new(StringComparer.Ordinal);

    /// <summary>Time that it is listed under: the one in its name, or else its newest file's last change.</summary>
    public DateTimeOffset SortTime { get; private set; }

    /// <summary>Lists a place and groups what is there. Companions alone are no backup and left out.</summary>
    public static async Task<List<CatalogGroup>> ListAsync(IBackupStore store, string prefix, CancellationToken cancellationToken)
    {
        var groups = new Dictionary<string, CatalogGroup>(StringComparer.Ordinal);
        await foreach (var item in store.ListAsync(prefix, cancellationToken))
        {
            if (!BackupNames.TryParse(item.Name, out var parsed))
            {
                continue;
            }

            if (!groups.TryGetValue(parsed.Name, out var group))
            {
                groups.Add(parsed.Name, group = new CatalogGroup(store, parsed.Name));
            }

            group.Add(item, parsed);
        }

        return [.. groups.Values.Where(group => group.Data.Count > 0 || group.Manifest is not null)];
    }

    private void Add(StoredObject item, BackupFileName parsed)
    {
        switch (parsed.Kind)
        {
            case BackupFileKind.Data:
                Data.Add(item);
                break;
            case BackupFileKind.Manifest:
                Manifest = item;
                break;
            default:
                Companions.Add(item.Name, parsed);
                return;
        }

        var time = nameTime ?? item.ModifiedAt;
        SortTime = time > SortTime ? time : SortTime;
    }
}
