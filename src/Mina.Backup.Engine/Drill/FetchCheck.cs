using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>What can be told of a backup before it is opened: whether its files are there, and fit each other and its name.</summary>
internal static class FetchCheck
{
    // The name's time is when the run began; the snapshot follows moments later, or hours where locks are waited for.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    // Of runs that begin within one second each takes the next free one, at most two minutes ahead.
    private static readonly TimeSpan FurthestAhead = TimeSpan.FromMinutes(3);

    /// <summary>Looks at the files.</summary>
    public static async Task<StepFinding> RunAsync(CatalogEntry entry, CancellationToken cancellationToken)
    {
        if (entry.ManifestProblem is { } problem)
        {
            return StepFinding.Failed(problem.Message, problem.Definition);
        }

        if (entry.IsDataMissing)
        {
            return StepFinding.Failed($"The data file {entry.Info.FileName} is missing.", ErrorCatalog.ObjectNotFound);
        }

        if (entry.Manifest is not { } manifest)
        {
            return entry.IndexFileName is null
                ? StepFinding.Passed($"{Found(entry)} It has no manifest: it was not made by this product.")
                : StepFinding.Failed("The manifest is missing.", ErrorCatalog.ManifestUnreadable);
        }

        foreach (var file in new[] { manifest.Data, manifest.Index, manifest.Globals }.OfType<ManifestFile>())
        {
            if (await entry.Store.FindAsync(file.Name, cancellationToken) is not { } stored)
            {
                return StepFinding.Failed($"The file {file.Name} is missing.", ErrorCatalog.ObjectNotFound);
            }

            if (stored.Size != file.Size)
            {
                return StepFinding.Failed(
                    string.Create(CultureInfo.InvariantCulture, $"The file {file.Name} has {stored.Size} bytes; the manifest says {file.Size}."),
                    stored.Size < file.Size ? ErrorCatalog.BackupTruncated : ErrorCatalog.BackupCorrupt);
            }
        }

        return FindAgeProblem(manifest) ?? StepFinding.Passed($"{Found(entry)} All files are there, with the sizes that the manifest says.");
    }

    // An older backup under a newer name would be restored as if it were the newer one.
    private static StepFinding? FindAgeProblem(BackupManifest manifest) =>
        BackupNames.TimeOf(manifest.Name) is { } named && (manifest.CreatedAt < named - FurthestAhead || manifest.CreatedAt > named + LongestWait)
            ? StepFinding.Failed(
                string.Create(CultureInfo.InvariantCulture, $"The backup is called {manifest.Name}, but its content is of {manifest.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z."),
                ErrorCatalog.ManifestMismatch)
            : null;

    private static string Found(CatalogEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.Info.Path}, {entry.Info.Size} bytes.");
}
