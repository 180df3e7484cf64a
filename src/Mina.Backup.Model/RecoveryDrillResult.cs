namespace Mina.Backup.Model;

/// <summary>A finished recovery drill.</summary>
public sealed record RecoveryDrillResult
{
    /// <summary>Its name, unique: <c>drill-YYYYMMDD-HHMMSS-xxxx</c>, the time in UTC, x a hexadecimal digit.</summary>
    public required string Id { get; init; }

    /// <summary>What was recovered from.</summary>
    public required DrillType Type { get; init; }

    /// <summary>What the drill proved.</summary>
    public required DrillVerdict Verdict { get; init; }

    /// <summary>The steps, in order.</summary>
    public required IReadOnlyList<DrillStep> Steps { get; init; }

    /// <summary>Name of the backup, or of the base backup that a branch started from; null when nothing could be chosen.</summary>
    public string? Backup { get; init; }

    /// <summary>Place that holds it.</summary>
    public string? Location { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset? BackupCreatedAt { get; init; }

    /// <summary>Database that it holds; null for a whole cluster.</summary>
    public string? Database { get; init; }

    /// <summary>The point that a branch was asked for.</summary>
    public PitrTarget? Point { get; init; }

    /// <summary>The point that it reached.</summary>
    public PitrPoint? Reached { get; init; }

    /// <summary>Every table beside what the backup recorded of it; empty when it never came to that.</summary>
    public IReadOnlyList<TableComparison> Tables { get; init; } = [];

    /// <summary>Recovery time: from the decision to recover until the recovered database was proven.</summary>
    public required DrillObjective RecoveryTime { get; init; }

    /// <summary>Recovery point: how much of the latest work would be lost.</summary>
    public required DrillObjective RecoveryPoint { get; init; }

    /// <summary>Seed that repeats the choices of this drill.</summary>
    public required int Seed { get; init; }

    /// <summary>Account that ran it.</summary>
    public required string Operator { get; init; }

    /// <summary>Where it ran.</summary>
    public required DrillEnvironment Environment { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Elapsed time from start to verdict.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Connection URI, without a password, of a staging database that was kept; null when nothing was.</summary>
    public string? KeptStaging { get; init; }

    /// <summary>Log of the run.</summary>
    public required string LogPath { get; init; }

    /// <summary>Its name and verdict.</summary>
    public override string ToString() => $"{Id} {Verdict}";
}
