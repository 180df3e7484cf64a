namespace Mina.Backup.Model;

/// <summary>A finished restore.</summary>
public sealed record RestoreResult
{
    /// <summary>Name of the backup that was restored.</summary>
    public required string Backup { get; init; }

    /// <summary>Place that holds the backup.</summary>
    public required string Location { get; init; }

    /// <summary>Database that now holds the content.</summary>
    public required string Database { get; init; }

    /// <summary>Host and port, or socket folder, of the target server.</summary>
    public required string Server { get; init; }

    /// <summary>How the content came into place.</summary>
    public required RestoreMethod Method { get; init; }

    /// <summary>Schema that single tables were restored into; null for a whole database or where each kept its own.</summary>
    public string? Schema { get; init; }

    /// <summary>Database that holds the former content and writes accepted during the restore; null when none was kept.</summary>
    public string? SetAsideDatabase { get; init; }

    /// <summary>Backup of the former content made first; null when skipped or nothing was there.</summary>
    public BackupInfo? SafetyBackup { get; init; }

    /// <summary>Roles and tablespaces created on the way.</summary>
    public IReadOnlyList<string> CreatedGlobals { get; init; } = [];

    /// <summary>The comparison that allowed the content into place.</summary>
    public required RestoreProof Proof { get; init; }

    /// <summary>Rows loaded.</summary>
    public long Rows => Proof.Rows;

    /// <summary>Time per phase, in order.</summary>
    public required IReadOnlyList<PhaseTiming> Phases { get; init; }

    /// <summary>Elapsed time of the whole restore.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>What the operator should know about the outcome, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Log of the run.</summary>
    public required string LogPath { get; init; }
}
