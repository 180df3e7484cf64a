using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Finds backups: lists them newest first across places, and resolves a name to one. It reads names and manifests only and decrypts
/// nothing. It keeps no state, so one instance serves any number of callers.
/// </summary>
public sealed class BackupCatalog
{
    // Manifests read at once: enough to hide a disk's or an object store's latency, few enough that -Last 1 reads little.
    private const int BatchSize = 64;

    // A name's time is when the run began; the snapshot is taken moments later, and hours later where locks are waited for.
    private static readonly TimeSpan NameTolerance = TimeSpan.FromDays(1);

    private readonly IBackupStoreFactory stores;
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;

    /// <summary>Creates a catalog over the places of a machine.</summary>
    public BackupCatalog(IBackupStoreFactory stores, HostEnvironment environment, TimeProvider clock)
    {
        this.stores = stores;
        this.environment = environment;
        this.clock = clock;
    }

    /// <summary>
    /// Lists backups, newest first by the time in their name (by last change where there is none). When no places are given and one of
    /// the default folders cannot be read, or a place given is not there, the others are listed first and the failure comes last; so does
    /// the error for a name without wildcards that nothing bears.
    /// </summary>
    /// <exception cref="StorageException">A place is not there or cannot be read.</exception>
    /// <exception cref="CatalogException"><c>BackupNotFound</c>, naming every name that nothing bears.</exception>
    public async IAsyncEnumerable<BackupInfo> ListAsync(BackupQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in ListEntriesAsync(query, cancellationToken))
        {
            yield return entry.Info;
        }
    }

    /// <summary>Like <see cref="ListAsync"/>, with what operations need.</summary>
    public async IAsyncEnumerable<CatalogEntry> ListEntriesAsync(
        BackupQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var failures = new List<MinaException>();
        var groups = await FindGroupsAsync(query, failures, cancellationToken);
        var left = query.Last ?? int.MaxValue;
        var reader = new CatalogEntryReader(clock.GetUtcNow());
        foreach (var batch in groups.Chunk(BatchSize))
        {
            if (left <= 0)
            {
                break;
            }

            // A place may read on the thread that asks; each manifest therefore gets a turn on the pool, and all cores work.
            var entries = await Task.WhenAll(batch.Select(group => Task.Run(() => reader.ReadAsync(group, cancellationToken), cancellationToken)));
            foreach (var entry in entries.SelectMany(list => list).Where(entry => Matches(entry.Info, query)).Take(left))
            {
                left--;
                yield return entry;
            }
        }

        if (failures.Count > 0)
        {
            ExceptionDispatchInfo.Throw(failures[0]);
        }
    }

    /// <summary>Finds the one backup that a reference names.</summary>
    /// <exception cref="CatalogException"><c>BackupNotFound</c>, <c>BackupAmbiguous</c>.</exception>
    public async Task<CatalogEntry> ResolveAsync(BackupReference reference, CancellationToken cancellationToken)
    {
        var (name, location) = Split(reference);
        var found = new List<CatalogEntry>();
        var failures = new List<StorageException>();
        foreach (var store in OpenStores(location is null ? [] : [location]))
        {
            try
            {
                found.AddRange(await FindInAsync(store, name, cancellationToken));
            }
            catch (StorageException error) when (location is null)
            {
                failures.Add(error);
            }
        }

        var candidates = reference.FileName is { } fileName ? found.FindAll(entry => entry.Info.FileName == fileName) : PreferExact(found, name);
        if (candidates.Count == 0)
        {
            throw failures.Count > 0 ? failures[0] : NotFound(reference, reference.FileName ?? name, location);
        }

        return AreCopies(candidates) ? WholeOf(candidates) : throw Ambiguous(name, candidates);
    }

    private static (string Name, string? Location) Split(BackupReference reference)
    {
        var separator = reference.Name.AsSpan().LastIndexOfAny('/', Path.DirectorySeparatorChar);
        if (separator < 0)
        {
            return (reference.Name, reference.Location);
        }

        var place = reference.Name[..Math.Max(separator, 1)];
        var isAddress = place.Contains("://", StringComparison.Ordinal);
        return (reference.Name[(separator + 1)..], isAddress ? place : Path.GetFullPath(place));
    }

    private async Task<IReadOnlyList<CatalogEntry>> FindInAsync(IBackupStore store, string name, CancellationToken cancellationToken)
    {
        if (!BackupNames.IsFlat(name))
        {
            return [];
        }

        var backup = BackupNames.TryParse(name, out var parsed) ? parsed.Name : name;
        var reader = new CatalogEntryReader(clock.GetUtcNow());
        var groups = await CatalogGroup.ListAsync(store, backup + ".", cancellationToken);
        if (groups.FirstOrDefault(group => group.Name == backup) is { } group)
        {
            return await reader.ReadAsync(group, cancellationToken);
        }

        // A file that is not called like a backup can be named in full; its content decides what it is.
        return parsed is null && await store.FindAsync(name, cancellationToken) is { } other
            ? [reader.Foreign(store, other, name)]
            : [];
    }

    // A file name chooses among files that share a name; a bare name prefers the one that the manifest describes.
    private static List<CatalogEntry> PreferExact(List<CatalogEntry> found, string name)
    {
        var isDataFile = BackupNames.TryParse(name, out var parsed) && parsed.Kind == BackupFileKind.Data;
        if (isDataFile)
        {
            return [.. found.Where(entry => entry.Info.FileName == name)];
        }

        var described = found.Where(entry => entry.Manifest is not null).ToList();
        return described.Count > 0 ? described : found;
    }

    private static bool AreCopies(List<CatalogEntry> candidates) => candidates.Count == 1
        || (candidates[0].Info.Sha256 is { } hash && candidates.All(entry => entry.Info.Sha256 == hash));

    // Of equal copies any serves, but not one whose data file is gone or cut short.
    private static CatalogEntry WholeOf(List<CatalogEntry> copies) =>
        copies.Find(entry => entry.Manifest is { } manifest && !entry.IsDataMissing && entry.Info.Size == manifest.Data.Size) ?? copies[0];

    private static CatalogException NotFound(BackupReference reference, string name, string? location) => new(
        ErrorCatalog.BackupNotFound,
        location is null
            ? $"No backup {name} is in the default folders."
            : $"No backup {name} is in {location}.",
        new ErrorContext { Target = reference.Name });

    private static CatalogException Ambiguous(string name, List<CatalogEntry> candidates) => new(
        ErrorCatalog.BackupAmbiguous,
        $"{name} names several backups: {string.Join(", ", candidates.Select(entry => entry.Info.Path))}.",
        new ErrorContext { Target = name });

    private async Task<List<CatalogGroup>> FindGroupsAsync(
        BackupQuery query,
        List<MinaException> failures,
        CancellationToken cancellationToken)
    {
        var groups = new List<CatalogGroup>();
        foreach (var store in OpenStores(query.Locations))
        {
            try
            {
                groups.AddRange(await CatalogGroup.ListAsync(store, string.Empty, cancellationToken));
                if (query.Locations.Count > 0 && !await store.IsPresentAsync(cancellationToken))
                {
                    failures.Add(NoPlace(store.Location));
                }
            }
            catch (StorageException error) when (query.Locations.Count == 0)
            {
                failures.Add(error);
            }
        }

        if (FindMissing(query, groups) is { Count: > 0 } missing)
        {
            failures.Insert(0, Missing(missing, query, failures));
        }

        return
        [
            .. groups
                .Where(group => MayMatch(group, query))
                .OrderByDescending(group => group.SortTime)
                .ThenByDescending(group => group.Name, StringComparer.Ordinal),
        ];
    }

    // Whoever names a backup in full means one that is there; a pattern may fit none.
    private static List<string> FindMissing(BackupQuery query, List<CatalogGroup> groups) =>
        [.. query.Names.Where(name => name.AsSpan().IndexOfAny('*', '?') < 0 && !groups.Exists(group => MatchesName(query with { Names = [name] }, NamesOf(group))))];

    // Why a place could not be looked into may be why nothing was found there.
    private static CatalogException Missing(List<string> names, BackupQuery query, List<MinaException> failures)
    {
        var places = query.Locations.Count == 0 ? "the default folders" : string.Join(", ", query.Locations);
        var reasons = string.Concat(failures.Select(failure => " " + failure.Message));
        return new CatalogException(
            ErrorCatalog.BackupNotFound,
            $"No backup {string.Join(", ", names)} is in {places}.{reasons}",
            new ErrorContext { Target = names[0] },
            failures.FirstOrDefault());
    }

    private static StorageException NoPlace(string location) => new(
        ErrorCatalog.ObjectNotFound,
        $"There is no folder {location}.",
        new ErrorContext { Target = location, Action = "Check the path; New-MinaBackup -Path makes the folder with the first backup in it." });

    private List<IBackupStore> OpenStores(IReadOnlyList<string> locations)
    {
        IEnumerable<string> places = locations.Count > 0
            ? locations
            : [environment.EncryptedBackupDirectory, environment.PlainBackupDirectory];
        return [.. places.Distinct(StringComparer.Ordinal).Select(stores.Open).DistinctBy(store => store.Location, StringComparer.Ordinal)];
    }

    // Decides without opening a manifest, so that a narrow query stays fast among thousands of backups.
    private static bool MayMatch(CatalogGroup group, BackupQuery query) =>
        (query.Names.Count == 0 || MatchesName(query, NamesOf(group)))
        && (query.After is not { } after || group.SortTime + NameTolerance >= after)
        && (query.Before is not { } before || group.SortTime - NameTolerance < before);

    private static IReadOnlyList<string> NamesOf(CatalogGroup group) => [group.Name, .. group.Data.Select(item => item.Name)];

    private static bool Matches(BackupInfo info, BackupQuery query) =>
        (query.Names.Count == 0 || MatchesName(query, [info.Name, info.FileName]))
        && (query.After is not { } after || info.CreatedAt >= after)
        && (query.Before is not { } before || info.CreatedAt < before)
        && (query.Encrypted is not { } encrypted || info.Encrypted == encrypted);

    private static bool MatchesName(BackupQuery query, IReadOnlyList<string> names) =>
        query.Names.Any(pattern => names.Any(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true)));
}
