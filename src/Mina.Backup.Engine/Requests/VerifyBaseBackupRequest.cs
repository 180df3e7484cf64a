namespace Mina.Backup.Engine.Requests;

/// <summary>A base backup to verify.</summary>
public sealed record VerifyBaseBackupRequest
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? Archive { get; init; }

    /// <summary>The spool beside it; <c>MINA_WAL_SPOOL</c>, else the archive's own, when null.</summary>
    public string? Spool { get; init; }

    /// <summary>What opens it.</summary>
    public KeyRequest Keys { get; init; } = new();
}
