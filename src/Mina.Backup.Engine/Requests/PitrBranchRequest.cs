using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>A branch to make.</summary>
public sealed record PitrBranchRequest
{
    /// <summary>The point.</summary>
    public required PitrTarget Target { get; init; }

    /// <summary>Who makes and holds it; whoever the machine is set up for when null.</summary>
    public PitrProvider? Provider { get; init; }

    /// <summary>Its name; one with the time when null.</summary>
    public string? Name { get; init; }

    /// <summary>Neon: name or id of the branch to make it from; the project's default branch when null.</summary>
    public string? Parent { get; init; }

    /// <summary>Neon: make no compute for it, so that nobody can connect yet.</summary>
    public bool NoCompute { get; init; }

    /// <summary>Neon: role of its connection URI; the owner of the database when null.</summary>
    public string? RoleName { get; init; }

    /// <summary>The WAL archive with its base backups; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? Archive { get; init; }

    /// <summary>The spool beside the archive; <c>MINA_WAL_SPOOL</c>, else the archive's own, when null.</summary>
    public string? Spool { get; init; }

    /// <summary>The base backup to start from; the newest that ends before the point when null.</summary>
    public string? BaseBackup { get; init; }

    /// <summary>Folder for its data; <c>MINA_BRANCH_PATH</c>, else the default one, when null.</summary>
    public string? Location { get; init; }

    /// <summary>Database that its connection URI leads to; on this machine the only one beside <c>postgres</c>, else <c>postgres</c>, at Neon the one that <c>DATABASE_URL</c> names, else the oldest, when null.</summary>
    public string? Database { get; init; }

    /// <summary>How long it lives; until it is removed by hand when null.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>Let recovery wait at the point instead of making the branch writable; at Neon, make a compute that only reads.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>What opens base backup and WAL.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>Server settings beyond the generated ones, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
