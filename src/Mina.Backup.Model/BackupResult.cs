namespace Mina.Backup.Model;

/// <summary>A backup that was just made. Binds wherever a listed backup does.</summary>
public sealed record BackupResult : BackupInfo
{
    /// <summary>Log of the run.</summary>
    public required string LogPath { get; init; }

    /// <summary>Time per phase, in order.</summary>
    public required IReadOnlyList<PhaseTiming> Phases { get; init; }

    /// <summary>Name of the companion with roles and tablespaces; null when skipped.</summary>
    public string? GlobalsFileName { get; init; }

    /// <summary>Verification after writing; null when skipped.</summary>
    public BackupVerification? Verification { get; init; }
}
