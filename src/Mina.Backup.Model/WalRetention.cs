namespace Mina.Backup.Model;

/// <summary>What of an archive is not needed any more, as planned or as removed.</summary>
public sealed record WalRetention
{
    /// <summary>The archive.</summary>
    public required string ArchivePath { get; init; }

    /// <summary>Whether it was removed; false for a plan.</summary>
    public required bool Removed { get; init; }

    /// <summary>Why nothing is to be removed; null when something is.</summary>
    public string? Reason { get; init; }

    /// <summary>Every point since then stays recoverable, as far as base backups reach back, UTC.</summary>
    public required DateTimeOffset KeptSince { get; init; }

    /// <summary>The oldest base backup that stays.</summary>
    public string? OldestBaseBackup { get; init; }

    /// <summary>The first segment that it needs: this one and all later ones stay.</summary>
    public string? FirstSegment { get; init; }

    /// <summary>Complete segments removed.</summary>
    public required long Segments { get; init; }

    /// <summary>Files removed, segments included, base backups not.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes that they took.</summary>
    public required long Size { get; init; }

    /// <summary>Base backups removed, oldest first.</summary>
    public IReadOnlyList<string> BaseBackups { get; init; } = [];

    /// <summary>Bytes that those took.</summary>
    public long BaseBackupSize { get; init; }
}
