namespace Mina.Backup.Engine.Requests;

/// <summary>A backup to remove.</summary>
public sealed record RemoveRequest
{
    /// <summary>Which one.</summary>
    public required BackupReference Backup { get; init; }

    /// <summary>Remove it even if it is the newest verified one of its database.</summary>
    public bool Force { get; init; }
}
