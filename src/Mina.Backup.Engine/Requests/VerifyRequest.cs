namespace Mina.Backup.Engine.Requests;

/// <summary>A backup to verify.</summary>
public sealed record VerifyRequest
{
    /// <summary>Which one.</summary>
    public required BackupReference Backup { get; init; }

    /// <summary>What opens it.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>Compare size, hash and structure only.</summary>
    public bool Quick { get; init; }
}
