namespace Mina.Backup.Engine.Requests;

/// <summary>A backup whose manifest and index are to be rebuilt from its data file.</summary>
public sealed record RepairRequest
{
    /// <summary>Which one.</summary>
    public required BackupReference Backup { get; init; }

    /// <summary>What opens it.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>Rebuild also when manifest and index are sound.</summary>
    public bool Force { get; init; }
}
