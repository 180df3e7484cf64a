using Mina.Backup.Engine.Requests;

namespace Mina.Backup.Engine.Wal;

/// <summary>WAL to bring from the spool into the archive.</summary>
public sealed record WalSyncRequest
{
    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling when null.</summary>
    public string? SpoolPath { get; init; }

    /// <summary>How files are protected.</summary>
    public ProtectionRequest Protection { get; init; } = new();

    /// <summary>File with the recipient's secret key, to compare with files that the archive has already.</summary>
    public string? PrivateKeyFile { get; init; }

    /// <summary>Level of compression, 1 (fast) to 9 (small).</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Files published at once; the number of cores when null.</summary>
    public int? Jobs { get; init; }

    /// <summary>Go on until canceled.</summary>
    public bool Continuous { get; init; }

    /// <summary>Time between two looks at the spool when <see cref="Continuous"/>.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that a commit may wait for the archive before the server is asked to end its segment.</summary>
    public TimeSpan MaximumExposure { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connection URI or Npgsql string of the server to watch when <see cref="Continuous"/>; <c>DATABASE_URL</c> when null. Without either, nothing is watched.</summary>
    public string? Database { get; init; }
}
