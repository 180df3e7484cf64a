namespace Mina.Backup.Model;

/// <summary>Who wrote a backup file, as far as it can be told.</summary>
public enum BackupFormat
{
    /// <summary>This product: indexed gzip members, manifest, fingerprints. See docs/format.md.</summary>
    Mina,

    /// <summary>A plain <c>pg_dump | gzip [| gpg]</c>: no manifest, proof by row counts only.</summary>
    Script,
}
