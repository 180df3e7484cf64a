namespace Mina.Backup.Engine.Requests;

/// <summary>Which base backups to list. Conditions are combined with and.</summary>
public sealed record BaseBackupQuery
{
    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? Archive { get; init; }

    /// <summary>Names, with * and ? as wildcards; all when empty.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Only the newest so many.</summary>
    public int? Last { get; init; }
}
