using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>Recovery drills to do.</summary>
public sealed record DrillRequest
{
    /// <summary>What is recovered from.</summary>
    public DrillScope Scope { get; init; }

    /// <summary>The backup to drill; chosen by <see cref="Choice"/> when null.</summary>
    public BackupReference? Backup { get; init; }

    /// <summary>Places to choose from; the two default folders when empty.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>How a backup is chosen.</summary>
    public DrillChoice Choice { get; init; }

    /// <summary>Choose among backups no older than this; when null, 30 days for a random choice and any age for the others.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Number of drills.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Repeats the choices of an earlier drill; chosen anew when null.</summary>
    public int? Seed { get; init; }

    /// <summary>Connection URI or Npgsql string of a server to restore into; a disposable cluster of this machine when null.</summary>
    public string? StagingDatabase { get; init; }

    /// <summary>Connection URI or Npgsql string of the source, which must not be the staging server, and is asked how far its archive is behind; <c>DATABASE_URL</c> when null.</summary>
    public string? SourceDatabase { get; init; }

    /// <summary>The operator's own checks, in order.</summary>
    public IReadOnlyList<SmokeTest> SmokeTests { get; init; } = [];

    /// <summary>Longest time that a recovery may take; 60 minutes from a backup and 30 to a point in time when null.</summary>
    public TimeSpan? RecoveryTimeTarget { get; init; }

    /// <summary>Longest stretch of work that may be lost; 25 hours with backups and 5 minutes with an archive when null.</summary>
    public TimeSpan? RecoveryPointTarget { get; init; }

    /// <summary>When what was restored stays for inspection.</summary>
    public StagingRetention Keep { get; init; }

    /// <summary>What opens backups and archive.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>The WAL archive with its base backups; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? Archive { get; init; }

    /// <summary>The spool beside the archive; <c>MINA_WAL_SPOOL</c>, else the archive's own, when null.</summary>
    public string? Spool { get; init; }

    /// <summary>Connections that load and compare at once; from the number of cores when null.</summary>
    public int? Jobs { get; init; }
}
