namespace Mina.Backup.Model;

/// <summary>A point that was reached.</summary>
public sealed record PitrPoint
{
    /// <summary>When the last transaction that is in ended, by commit or rollback, UTC; null when none was replayed.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>End of the last WAL record that is in.</summary>
    public required Lsn Lsn { get; init; }

    /// <summary>The source's timeline on which the point lies; 1 at Neon, which has branches instead.</summary>
    public required uint Timeline { get; init; }
}
