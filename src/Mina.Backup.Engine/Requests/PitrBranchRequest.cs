using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>A branch to make.</summary>
public sealed record PitrBranchRequest
{
    /// <summary>The point.</summary>
    public required PitrTarget Target { get; init; }

    /// <summary>Who makes and holds it.</summary>
    public PitrProvider Provider { get; init; } = PitrProvider.Local;

    /// <summary>Its name; one with the time when null.</summary>
    public string? Name { get; init; }

    /// <summary>The WAL archive with its base backups; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? Archive { get; init; }

    /// <summary>The spool beside the archive; <c>MINA_WAL_SPOOL</c>, else the archive's own, when null.</summary>
    public string? Spool { get; init; }

    /// <summary>The base backup to start from; the newest that ends before the point when null.</summary>
    public string? BaseBackup { get; init; }

    /// <summary>Folder for its data; <c>MINA_BRANCH_PATH</c>, else the default one, when null.</summary>
    public string? Location { get; init; }

    /// <summary>Database that its connection URI leads to; the only one beside <c>postgres</c>, else <c>postgres</c>, when null.</summary>
    public string? Database { get; init; }

    /// <summary>How long it lives; until it is removed by hand when null.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>Let recovery wait at the point instead of making the branch writable.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>What opens base backup and WAL.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>Server settings beyond the generated ones, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
