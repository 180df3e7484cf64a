using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// Chooses the backups of a run of drills. A choice is the same for the same seed and the same backups, whatever was chosen before, so that a single drill can be repeated by the
/// seed in its result; drills of one run differ as long as there are backups left.
/// </summary>
internal sealed class BackupSelection
{
    private static readonly TimeSpan DefaultAge = TimeSpan.FromDays(30);

    private readonly DrillRequest request;
    private readonly IReadOnlyList<CatalogEntry> all;
    private readonly IReadOnlyList<CatalogEntry> candidates;
    private readonly HashSet<int> chosen = [];
    private int nextSeed;

    private BackupSelection(DrillRequest request, IReadOnlyList<CatalogEntry> all, IReadOnlyList<CatalogEntry> candidates, int seed)
    {
        this.request = request;
        this.all = all;
        this.candidates = candidates;
        nextSeed = seed;
    }

    /// <summary>Looks at all places.</summary>
    /// <exception cref="MinaException">The backup named is not there; a place cannot be read and no other holds a backup.</exception>
    public static async Task<BackupSelection> ReadAsync(BackupCatalog catalog, DrillRequest request, int seed, RunContext context, CancellationToken cancellationToken)
    {
        var all = new List<CatalogEntry>();
        try
        {
            await foreach (var entry in catalog.ListEntriesAsync(new BackupQuery { Locations = request.Locations }, cancellationToken))
            {
                all.Add(entry);
            }
        }
        catch (MinaException unreadable) when (all.Count > 0 || request.Backup is not null)
        {
            context.Warning($"{unreadable.Message} Backups there are not among those to choose from.");
        }

        if (request.Backup is { } named)
        {
            return new BackupSelection(request, all, [await catalog.ResolveAsync(named, cancellationToken)], seed);
        }

        var age = request.Within ?? (request.Choice == DrillChoice.Random ? DefaultAge : null);
        var candidates = all.Where(entry => age is null || entry.Info.CreatedAt >= context.Now - age);
        return new BackupSelection(request, all, [.. Order(candidates, request.Choice)], seed);
    }

    /// <summary>The backup of the next drill, with its seed and in words how it was chosen; no backup when there is none to choose.</summary>
    public (CatalogEntry? Entry, int Seed, string How) Next()
    {
        if (candidates.Count == 0)
        {
            return (null, nextSeed, request.Choice == DrillChoice.Random || request.Within is not null
                ? string.Create(CultureInfo.InvariantCulture, $"There is no backup of the last {(request.Within ?? DefaultAge).TotalDays:0.#} days.")
                : "There is no backup.");
        }

        if (chosen.Count == candidates.Count)
        {
            chosen.Clear();
        }

        var place = request.Choice == DrillChoice.Random ? Draw() : chosen.Count;
        chosen.Add(place);
        var how = request.Backup is not null ? "It was asked for." : string.Create(
            CultureInfo.InvariantCulture,
            $"{request.Choice} of {candidates.Count} backups{(request.Choice == DrillChoice.Random ? $", by seed {nextSeed}" : "")}.");
        return (candidates[place], nextSeed++, how);
    }

    /// <summary>Age of the newest backup of a database; null where nobody knows the database.</summary>
    public TimeSpan? AgeOfNewest(BackupInfo of, DateTimeOffset now) => of.Database is null ? null : all
        .Select(entry => entry.Info)
        .Append(of)
        .Where(info => info.Database == of.Database && (info.Server == of.Server || info.Server is null || of.Server is null))
        .Where(info => info.State is BackupState.Verified or BackupState.NotVerified)
        .Select(info => (TimeSpan?)(now - info.CreatedAt))
        .Min();

    private static IEnumerable<CatalogEntry> Order(IEnumerable<CatalogEntry> entries, DrillChoice choice)
    {
        var byTime = entries
            .OrderBy(entry => entry.Info.CreatedAt)
            .ThenBy(entry => entry.Info.Path, StringComparer.Ordinal);
        return choice == DrillChoice.Newest ? byTime.Reverse() : byTime;
    }

    private int Draw()
    {
        int place;
        while (chosen.Contains(place = DrillSeed.Choose(nextSeed, candidates.Count)))
        {
            nextSeed = unchecked(nextSeed + 1);
        }

        return place;
    }
}
