namespace Mina.Backup.Model;

/// <summary>One base backup as listed: a copy of a whole cluster's files, from which, with WAL, any later point can be recovered.</summary>
public record BaseBackupInfo
{
    /// <summary>Its name, for instance <c>mina_base_backup_20261124_011500</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The place that holds it: <c>base</c> below the archive.</summary>
    public required string Location { get; init; }

    /// <summary>The archive that it belongs to.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>Full path or address of the data directory's tar.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it has everything, or what changed since its parent.</summary>
    public BaseBackupKind Kind { get; init; }

    /// <summary>The base backup that an incremental one builds on; null for a full one.</summary>
    public string? Parent { get; init; }

    /// <summary>All base backups that a recovery from it reads: the full one first, itself last. Incomplete where one is missing.</summary>
    public IReadOnlyList<string> Chain { get; init; } = [];

    /// <summary>When it was started, by the server's clock, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was complete, by the server's clock, UTC; later points can be recovered from it. Null where nothing says so.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Time since <see cref="CreatedAt"/> when it was listed.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>How long it took, read-back excluded.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Where replay begins.</summary>
    public Lsn? StartLsn { get; init; }

    /// <summary>Where it is consistent: no earlier point can be recovered from it.</summary>
    public Lsn? StopLsn { get; init; }

    /// <summary>Timeline on which it ended.</summary>
    public uint? Timeline { get; init; }

    /// <summary>The first WAL segment that it needs.</summary>
    public string? StartSegment { get; init; }

    /// <summary>Identifier of the cluster.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>Host and port, or socket folder, of the source.</summary>
    public string? Server { get; init; }

    /// <summary>Server version such as <c>15.20</c>.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>Databases in it that can be connected to.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>Where its tablespaces were on the source.</summary>
    public IReadOnlyList<string> Tablespaces { get; init; } = [];

    /// <summary>Bytes of all its files.</summary>
    public required long Size { get; init; }

    /// <summary>Bytes of its tars, uncompressed.</summary>
    public long? PlainSize { get; init; }

    /// <summary>Number of files in it.</summary>
    public int? Files { get; init; }

    /// <summary>How it is protected.</summary>
    public required BackupEncryption Encryption { get; init; }

    /// <summary>Whether it is encrypted.</summary>
    public bool Encrypted => Encryption != BackupEncryption.None;

    /// <summary>What is known about its soundness.</summary>
    public required BackupState State { get; init; }

    /// <summary>When <see cref="State"/> was established by reading it in full, UTC.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>What is wrong with it, when <see cref="State"/> says that something is.</summary>
    public string? Problem { get; init; }
}
