namespace Mina.Backup.Model;

/// <summary>A backup that was removed with all that belongs to it.</summary>
public sealed record RemovedBackup
{
    /// <summary>Name of the backup.</summary>
    public required string Name { get; init; }

    /// <summary>Place that held it.</summary>
    public required string Location { get; init; }

    /// <summary>Files removed, data file first.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Bytes freed.</summary>
    public required long Size { get; init; }

    /// <summary>When it was removed, UTC.</summary>
    public required DateTimeOffset RemovedAt { get; init; }
}
