namespace Mina.Backup.Model;

/// <summary>A manifest and index rebuilt from the data file.</summary>
public sealed record RepairResult
{
    /// <summary>The backup as it is listed now.</summary>
    public required BackupInfo Backup { get; init; }

    /// <summary>Files written anew.</summary>
    public required IReadOnlyList<string> Written { get; init; }

    /// <summary>Tables found.</summary>
    public required int Tables { get; init; }

    /// <summary>Rows found.</summary>
    public required long Rows { get; init; }

    /// <summary>What could not be recovered, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
