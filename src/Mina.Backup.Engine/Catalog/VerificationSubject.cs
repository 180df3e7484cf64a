using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>A backup to verify. A run that reads back what it wrote gives the manifest that it is about to write.</summary>
public sealed record VerificationSubject
{
    /// <summary>Name of the backup.</summary>
    public required string Name { get; init; }

    /// <summary>The place that holds it.</summary>
    public required IBackupStore Store { get; init; }

    /// <summary>File name of the dump.</summary>
    public required string DataFileName { get; init; }

    /// <summary>Its manifest; null where there is none that can be used.</summary>
    public BackupManifest? Manifest { get; init; }

    /// <summary>What is wrong with its manifest; null when nothing is.</summary>
    public IntegrityException? ManifestProblem { get; init; }

    /// <summary>What the run itself recorded, to compare the stored index with; null when only the stored index is known.</summary>
    public BackupIndex? Index { get; init; }

    /// <summary>File name of the stored index; null when there is none.</summary>
    public string? IndexFileName { get; init; }

    /// <summary>File name of the companion with roles and tablespaces; null when there is none.</summary>
    public string? GlobalsFileName { get; init; }

    /// <summary>A listed backup.</summary>
    public static VerificationSubject Of(CatalogEntry entry) => new()
    {
        Name = entry.Info.Name,
        Store = entry.Store,
        DataFileName = entry.Info.FileName,
        Manifest = entry.Manifest,
        ManifestProblem = entry.ManifestProblem,
        IndexFileName = entry.Manifest?.Index.Name ?? entry.IndexFileName,
        GlobalsFileName = entry.Manifest is { } manifest ? manifest.Globals?.Name : entry.GlobalsFileName,
    };

    /// <summary>A backup that was just written.</summary>
    public static VerificationSubject Of(IBackupStore store, BackupManifest manifest, BackupIndex index) => new()
    {
        Name = manifest.Name,
        Store = store,
        DataFileName = manifest.Data.Name,
        Manifest = manifest,
        Index = index,
        IndexFileName = manifest.Index.Name,
        GlobalsFileName = manifest.Globals?.Name,
    };
}
