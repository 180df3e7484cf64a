namespace Mina.Backup.Model;

/// <summary>One backup as listed: everything that can be told without decrypting it.</summary>
public record BackupInfo
{
    /// <summary>Name of the backup: the data file's name up to <c>.sql</c>, for instance <c>mina_db_backup_20261124_011500</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The place that holds it: a folder, later an object store's address.</summary>
    public required string Location { get; init; }

    /// <summary>Name of the data file within <see cref="Location"/>.</summary>
    public required string FileName { get; init; }

    /// <summary>Full path or address of the data file.</summary>
    public required string Path { get; init; }

    /// <summary>Database that was backed up; null where nothing says so.</summary>
    public string? Database { get; init; }

    /// <summary>Host and port, or socket folder, of the source server; null where nothing says so.</summary>
    public string? Server { get; init; }

    /// <summary>Server version such as <c>15.20</c>; null where nothing says so.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>When the snapshot was taken, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Time since <see cref="CreatedAt"/> when it was listed.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>How long the backup took, read-back excluded; null where nothing says so.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Size of the data file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Size of the plain SQL in bytes; null where nothing says so.</summary>
    public long? PlainSize { get; init; }

    /// <summary>How the data file is protected.</summary>
    public required BackupEncryption Encryption { get; init; }

    /// <summary>Whether the data file is encrypted.</summary>
    public bool Encrypted => Encryption != BackupEncryption.None;

    /// <summary>How it is compressed, by manifest or name; null where neither says so.</summary>
    public BackupCompression? Compression { get; init; }

    /// <summary>Who wrote it.</summary>
    public required BackupFormat Format { get; init; }

    /// <summary>What is known about its soundness.</summary>
    public required BackupState State { get; init; }

    /// <summary>When <see cref="State"/> was established by reading the whole file, UTC.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>Number of tables with data in it; null where nothing says so.</summary>
    public int? Tables { get; init; }

    /// <summary>Number of rows in it; null where nothing says so.</summary>
    public long? Rows { get; init; }

    /// <summary>Whether roles and tablespaces were saved beside it.</summary>
    public bool HasGlobals { get; init; }

    /// <summary>Hexadecimal SHA-256 of the data file; null where nothing says so.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What is wrong with the manifest, when <see cref="State"/> says that something is.</summary>
    public string? Problem { get; init; }

    /// <summary>Its name.</summary>
    public sealed override string ToString() => Name;
}
