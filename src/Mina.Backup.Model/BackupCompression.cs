namespace Mina.Backup.Model;

/// <summary>How a backup's plain SQL is compressed.</summary>
public enum BackupCompression
{
    /// <summary>Gzip (RFC 1952), <c>.sql.gz</c>.</summary>
    Gzip,

    /// <summary>Zstandard (RFC 8878), <c>.sql.zst</c>.</summary>
    Zstd,

    /// <summary>Not compressed, <c>.sql</c>.</summary>
    None,
}
