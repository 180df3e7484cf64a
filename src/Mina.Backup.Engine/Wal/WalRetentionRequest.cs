namespace Mina.Backup.Engine.Wal;

/// <summary>WAL, and base backups, to remove as far as they are not needed any more.</summary>
public sealed record WalRetentionRequest
{
    /// <summary>How far back every point stays recoverable when nothing else is said.</summary>
    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromDays(7);

    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>How far back every point stays recoverable.</summary>
    public TimeSpan RetainFor { get; init; } = DefaultPeriod;

    /// <summary>Remove base backups, too, that no point of that time needs.</summary>
    public bool RemoveBaseBackups { get; init; }
}
