namespace Mina.Backup.Model;

/// <summary>Segments that are missing between others of their timeline.</summary>
public sealed record WalGapInfo
{
    /// <summary>Timeline.</summary>
    public required uint Timeline { get; init; }

    /// <summary>The first missing segment.</summary>
    public required string FirstMissing { get; init; }

    /// <summary>The last missing segment.</summary>
    public required string LastMissing { get; init; }

    /// <summary>How many are missing.</summary>
    public required long Segments { get; init; }

    /// <summary>Whether a base backup stands before it, whose recovery ends there.</summary>
    public required bool BehindBaseBackup { get; init; }

    /// <summary>The missing segments.</summary>
    public override string ToString() => Segments == 1 ? FirstMissing : $"{FirstMissing} to {LastMissing}";
}
