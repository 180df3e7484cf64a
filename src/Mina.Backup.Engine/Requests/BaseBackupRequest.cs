namespace Mina.Backup.Engine.Requests;

/// <summary>A base backup to make.</summary>
public sealed record BaseBackupRequest
{
    /// <summary>Connection URI or Npgsql string of the source, whose role may replicate; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? Archive { get; init; }

    /// <summary>Only what changed since another base backup.</summary>
    public bool Incremental { get; init; }

    /// <summary>Name of the base backup that an incremental one builds on; the newest sound one of the same cluster when null.</summary>
    public string? Parent { get; init; }

    /// <summary>How it is protected.</summary>
    public ProtectionRequest Protection { get; init; } = new();

    /// <summary>Level of the gzip members, 1 (fast) to 9 (small).</summary>
    public int CompressionLevel { get; init; } = 3;

    /// <summary>Spread the checkpoint at the start over the server's usual time, rather than make it at once.</summary>
    public bool SpreadCheckpoint { get; init; }

    /// <summary>How long an archiver that does not take the last WAL is waited for.</summary>
    public TimeSpan ArchiveTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Do not read it back.</summary>
    public bool SkipVerification { get; init; }
}
