using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>A full backup to make.</summary>
public sealed record BackupRequest
{
    /// <summary>Connection URI or Npgsql string of the source; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>Place for the backup; the default folder for its protection when null.</summary>
    public string? Location { get; init; }

    /// <summary>How it is protected.</summary>
    public ProtectionRequest Protection { get; init; } = new();

    /// <summary>How it is compressed.</summary>
    public BackupCompression Compression { get; init; }

    /// <summary>Level of the compression: 1 (fast) to 9 (small) for gzip, 1 to 19 for zstd, none for no compression; its default when null.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>pg_dump patterns of tables to leave out altogether.</summary>
    public IReadOnlyList<string> ExcludeTable { get; init; } = [];

    /// <summary>pg_dump patterns of tables whose rows are left out.</summary>
    public IReadOnlyList<string> ExcludeTableData { get; init; } = [];

    /// <summary>Sessions that read large tables beside pg_dump; 1 leaves everything to pg_dump, null decides by the processors.</summary>
    public int? Jobs { get; init; }

    /// <summary>Leave out roles and tablespaces.</summary>
    public bool SkipGlobals { get; init; }

    /// <summary>Do not read the backup back.</summary>
    public bool SkipVerification { get; init; }
}
