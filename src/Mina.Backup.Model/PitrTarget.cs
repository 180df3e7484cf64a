using System.Globalization;

namespace Mina.Backup.Model;

/// <summary>
/// A point that was asked for. Exactly one of <see cref="Time"/>, <see cref="Lsn"/>, <see cref="Xid"/> and <see cref="RestorePoint"/> is set,
/// as <see cref="Kind"/> says; none with <see cref="PitrTargetKind.Latest"/>.
/// </summary>
public sealed record PitrTarget
{
    /// <summary>How it is named.</summary>
    public required PitrTargetKind Kind { get; init; }

    /// <summary>Commits before this time are in, UTC.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Records that begin before this place in the log are in.</summary>
    public Lsn? Lsn { get; init; }

    /// <summary>What was committed before this transaction is in; a full transaction id, or its lower 32 bits.</summary>
    public ulong? Xid { get; init; }

    /// <summary>Name given to <c>pg_create_restore_point</c>.</summary>
    public string? RestorePoint { get; init; }

    /// <summary>Whether what was committed at the point itself is in, too. Without, the state is that just before it.</summary>
    public bool Inclusive { get; init; }

    /// <summary>Timeline to follow; the newest of the archive when null.</summary>
    public uint? Timeline { get; init; }

    /// <summary>The point in a few words, the same in every culture.</summary>
    public override string ToString()
    {
        var text = Kind switch
        {
            PitrTargetKind.Time => string.Create(CultureInfo.InvariantCulture, $"time {Time?.UtcDateTime:yyyy-MM-dd HH:mm:ss.FFFFFF}Z"),
            PitrTargetKind.Lsn => $"LSN {Lsn}",
            PitrTargetKind.Xid => string.Create(CultureInfo.InvariantCulture, $"transaction {Xid}"),
            PitrTargetKind.RestorePoint => $"restore point {RestorePoint}",
            _ => "latest",
        };
        return Inclusive ? text + ", inclusive" : text;
    }
}
