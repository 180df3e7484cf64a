namespace Mina.Backup.Model;

/// <summary>A point that was reached.</summary>
public sealed record PitrPoint
{
    /// <summary>Commit time of the last transaction that is in, UTC; null when none was replayed.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>End of the last WAL record that is in, in PostgreSQL's notation such as <c>0/3000060</c>.</summary>
    public required string Lsn { get; init; }

    /// <summary>The source's timeline on which the point lies.</summary>
    public required int Timeline { get; init; }
}
