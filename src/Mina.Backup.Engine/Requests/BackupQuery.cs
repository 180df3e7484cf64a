namespace Mina.Backup.Engine.Requests;

/// <summary>Which backups to list. Conditions are combined with and.</summary>
public sealed record BackupQuery
{
    /// <summary>Places to look in; the two default folders when empty.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>Names or file names, with * and ? as wildcards; all when empty.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Made at this time or later.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Made before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Only the newest so many.</summary>
    public int? Last { get; init; }

    /// <summary>Only encrypted ones, or only others.</summary>
    public bool? Encrypted { get; init; }
}
