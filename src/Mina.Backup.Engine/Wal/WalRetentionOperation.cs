using System.Globalization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Removes WAL that no kept base backup needs and that is older than the time to keep. A base backup needs all WAL from its start on, on every timeline
/// that recovery from it may follow, so segments are compared by their number alone. History files always stay: they are tiny, and recovery asks for them.
/// </summary>
internal sealed class WalRetentionOperation(WalRetentionRequest request, IBackupStoreFactory stores, Func<WalArchivePlace, IBaseBackupInventory> openInventory, RunContext context)
{
    /// <summary>What would be removed; nothing is.</summary>
    public async Task<WalRetention> PlanAsync(CancellationToken cancellationToken) => (await FindAsync(cancellationToken)).Describe(removed: false);

    /// <summary>Removes it: WAL oldest first, so that an interruption leaves no gap, base backups newest first, so that it leaves none without what it builds on.</summary>
    public async Task<WalRetention> RemoveAsync(CancellationToken cancellationToken)
    {
        var plan = await FindAsync(cancellationToken);
        foreach (var expired in Enumerable.Reverse(plan.BaseBackups))
        {
            await plan.Inventory.RemoveAsync(expired.Name, cancellationToken);
            context.Verbose($"Removed the base backup {expired.Name}.");
        }

        foreach (var file in plan.Files)
        {
            await plan.Store.DeleteAsync(file.StoredName, cancellationToken);
        }

        if (plan.Oldest?.StartLsn is { } keptFrom)
        {
            await FilenodeMapStore.Open(plan.Place, stores).PruneAsync(keptFrom, cancellationToken);
        }

        context.Verbose(string.Create(CultureInfo.InvariantCulture, $"Removed {plan.Files.Count} files of {plan.Store.Location}."));
        return plan.Describe(removed: true);
    }

    private async Task<Plan> FindAsync(CancellationToken cancellationToken)
    {
        var place = WalArchivePlace.Resolve(request.ArchivePath, null, context.Environment);
        var store = stores.Open(place.WalLocation);
        var inventory = openInventory(place);
        var since = context.Now - request.RetainFor;
        var bases = await inventory.ListAsync(cancellationToken);
        RefuseUnknown(bases);
        var plan = new Plan(place, store, inventory, since);
        if (!bases.Any(IsUsable))
        {
            return plan with { Reason = "There is no base backup that could be used; without one nothing says which WAL is needed." };
        }

        // Points since then need the newest base backup that was complete by then.
        var anchor = bases.LastOrDefault(backup => IsUsable(backup) && backup.EndedAt <= since);
        List<BaseBackupInfo> expired = request.RemoveBaseBackups && anchor is not null ? FindExpired(bases, anchor) : [];
        var oldest = bases.Except(expired).MinBy(backup => backup.StartLsn)!;
        using var keys = KeyRing.Create(new KeyRequest(), context.Environment);
        var archive = new WalArchive(store, null, keys);
        if (await archive.DescribeAsync(cancellationToken) is not { } descriptor)
        {
            return plan with { Reason = "There is no WAL in the archive." };
        }

        var first = descriptor.Geometry.NumberAt(oldest.StartLsn!.Value);
        var files = (await archive.ListStoredAsync(cancellationToken))
            .Where(file => file.Name.Kind != WalFileKind.History && file.ModifiedAt < since && descriptor.Geometry.NumberOf(file.Name.Segment) < first)
            .OrderBy(file => descriptor.Geometry.NumberOf(file.Name.Segment)).ThenBy(file => file.StoredName, StringComparer.Ordinal)
            .ToList();
        return plan with
        {
            Reason = files.Count == 0 && expired.Count == 0 ? "Everything is younger than the time to keep, or needed by a base backup." : null,
            Oldest = oldest,
            FirstSegment = descriptor.Geometry.NameOf(oldest.Timeline ?? 1, first).ToString(),
            Files = files,
            BaseBackups = expired,
        };
    }

    // All before the anchor but what a kept one builds on, through however many links.
    private static List<BaseBackupInfo> FindExpired(IReadOnlyList<BaseBackupInfo> bases, BaseBackupInfo anchor)
    {
        var expired = bases.TakeWhile(backup => backup != anchor).ToList();
        var needed = new Queue<string>(bases.Skip(expired.Count).Select(backup => backup.Parent).OfType<string>());
        while (needed.TryDequeue(out var name))
        {
            if (expired.Find(backup => backup.Name == name) is { } parent)
            {
                expired.Remove(parent);
                if (parent.Parent is not null)
                {
                    needed.Enqueue(parent.Parent);
                }
            }
        }

        return expired;
    }

    private static bool IsUsable(BaseBackupInfo backup) =>
        backup.StartLsn is not null && backup.State is BackupState.Verified or BackupState.NotVerified;

    private static void RefuseUnknown(IReadOnlyList<BaseBackupInfo> bases)
    {
        if (bases.FirstOrDefault(backup => backup.StartLsn is null) is { } unknown)
        {
            throw new CatalogException(
                ErrorCatalog.RetentionBlocked,
                $"The base backup {unknown.Name} does not say which WAL it needs: {unknown.Problem}",
                new ErrorContext { Target = unknown.Name });
        }
    }

    private sealed record Plan(WalArchivePlace Place, IBackupStore Store, IBaseBackupInventory Inventory, DateTimeOffset Since)
    {
        public string? Reason { get; init; }

        public BaseBackupInfo? Oldest { get; init; }

        public string? FirstSegment { get; init; }

        public List<WalFile> Files { get; init; } = [];

        public List<BaseBackupInfo> BaseBackups { get; init; } = [];

        public WalRetention Describe(bool removed) => new()
        {
            ArchivePath = Place.Location,
            Removed = removed && Reason is null,
            Reason = Reason,
            KeptSince = Since,
            OldestBaseBackup = Oldest?.Name,
            FirstSegment = FirstSegment,
            Segments = Files.Count(file => file.Name.Kind == WalFileKind.Segment),
            Files = Files.Count,
            Size = Files.Sum(file => file.StoredSize),
            BaseBackups = [.. BaseBackups.Select(backup => backup.Name)],
            BaseBackupSize = BaseBackups.Sum(backup => backup.Size),
        };
    }
}
