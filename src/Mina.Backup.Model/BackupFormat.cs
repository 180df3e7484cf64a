namespace Mina.Backup.Model;

/// <summary>Who wrote a backup file, as far as it can be told.</summary>
public enum BackupFormat
{
    /// <summary>This product: indexed members, manifest, fingerprints. See docs/format.md.</summary>
    Mina,

    /// <summary>A plain <c>pg_dump [| gzip | zstd] [| gpg]</c>: no manifest, proof by row counts only.</summary>
    Script,
}
