namespace Mina.Backup.Model;

/// <summary>
/// A copy of a database cluster as it was at a point in time, with a server of its own, cut off from everything that the source talks to.
/// It lives until it is removed or expires, whatever becomes of the shell that made it. Of a Neon project, every branch is listed.
/// </summary>
public sealed record PitrBranch
{
    /// <summary>Its name, unique on this machine or in its project.</summary>
    public required string Name { get; init; }

    /// <summary>Who holds it.</summary>
    public required PitrProvider Provider { get; init; }

    /// <summary>The provider's own id of it; null where it has none but its name.</summary>
    public string? Id { get; init; }

    /// <summary>Id of its Neon project; null where it is of none.</summary>
    public string? Project { get; init; }

    /// <summary>Name of the branch it was made from; null where there is none.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether it is its project's default branch: the live one.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Whether its project protects it.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Whether this module made it. Others are removed on <c>-Force</c> only.</summary>
    public bool IsOwn { get; init; } = true;

    /// <summary>What it was doing when it was looked at.</summary>
    public required PitrBranchState State { get; init; }

    /// <summary>The point asked for.</summary>
    public required PitrTarget Target { get; init; }

    /// <summary>The point reached; null while it is being made.</summary>
    public PitrPoint? Reached { get; init; }

    /// <summary>Whether recovery waits at the point: it can be read and stepped forward, not written to.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Connection URI of <see cref="Username"/> and <see cref="Database"/>, password included: keep it out of logs and transcripts. No view shows it. Null unless it serves; also null in
    /// a list of a Neon project's branches, where each one would cost further requests.
    /// </summary>
    public string? ConnectionUri { get; init; }

    /// <summary>The same through the provider's pooler; null where there is none. Not for backups and restores.</summary>
    public string? PooledConnectionUri { get; init; }

    /// <summary>Address it listens on.</summary>
    public string? Host { get; init; }

    /// <summary>Port it listens on.</summary>
    public int? Port { get; init; }

    /// <summary>Database that <see cref="ConnectionUri"/> leads to.</summary>
    public string? Database { get; init; }

    /// <summary>Role to connect as: on this machine its superuser, at Neon the role asked for or the database's owner.</summary>
    public string? Username { get; init; }

    /// <summary>Server version such as <c>15.20</c>.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>Size of its data on the disk in bytes when it was made.</summary>
    public long? DataSize { get; init; }

    /// <summary>The base backup it was made from.</summary>
    public string? BaseBackup { get; init; }

    /// <summary>The archive it was made from.</summary>
    public string? Archive { get; init; }

    /// <summary>How long the replay of WAL took.</summary>
    public TimeSpan? ReplayDuration { get; init; }

    /// <summary>Bytes of WAL replayed.</summary>
    public long? ReplayedBytes { get; init; }

    /// <summary>Bytes of WAL replayed per second.</summary>
    public double? ReplayRate => ReplayedBytes is { } bytes && ReplayDuration is { Ticks: > 0 } duration ? bytes / duration.TotalSeconds : null;

    /// <summary>How long making it took, replay included.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it will be removed, UTC; null when only by hand.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Its folder on this machine; null where it is elsewhere.</summary>
    public string? Path { get; init; }

    /// <summary>Time per phase of making it.</summary>
    public IReadOnlyList<PhaseTiming> Phases { get; init; } = [];

    /// <summary>The branch's name: a text of all members would show the password.</summary>
    public override string ToString() => Name;
}
