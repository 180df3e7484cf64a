using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>A backup as it was found: what a list shows of it, and what operations on it need.</summary>
public sealed record CatalogEntry
{
    /// <summary>What a list shows.</summary>
    public required BackupInfo Info { get; init; }

    /// <summary>The place that holds it.</summary>
    public required IBackupStore Store { get; init; }

    /// <summary>Its manifest; null when it has none that can be used.</summary>
    public BackupManifest? Manifest { get; init; }

    /// <summary>The manifest's file name, also when it cannot be used; null when there is none.</summary>
    public string? ManifestFileName { get; init; }

    /// <summary>The index's file name; null when there is none.</summary>
    public string? IndexFileName { get; init; }

    /// <summary>The file name of the companion with roles and tablespaces; null when there is none.</summary>
    public string? GlobalsFileName { get; init; }

    /// <summary>What is wrong with the manifest, as an exception to throw where the manifest is needed; null when nothing is.</summary>
    public IntegrityException? ManifestProblem { get; init; }

    /// <summary>Whether there is no data file.</summary>
    public required bool IsDataMissing { get; init; }
}
