namespace Mina.Backup.Engine.Wal;

/// <summary>WAL archiving to set up or to undo.</summary>
public sealed record WalArchivingRequest
{
    /// <summary>Connection URI or Npgsql string of the server; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling when null.</summary>
    public string? SpoolPath { get; init; }

    /// <summary>Longest time that the server keeps a segment open while something was written.</summary>
    public TimeSpan ArchiveTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Have the server note which blocks change, as incremental base backups need it.</summary>
    public bool SummarizeWal { get; init; }

    /// <summary>Take the place of an archive_command or archive_library of somebody else.</summary>
    public bool Force { get; init; }
}
