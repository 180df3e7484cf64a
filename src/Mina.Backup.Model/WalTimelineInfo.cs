namespace Mina.Backup.Model;

/// <summary>What an archive and its spool hold of one timeline.</summary>
public sealed record WalTimelineInfo
{
    /// <summary>The timeline.</summary>
    public required uint Timeline { get; init; }

    /// <summary>Timeline that it left; null for the first one, and where its history cannot be read.</summary>
    public uint? Parent { get; init; }

    /// <summary>Where it left that one.</summary>
    public Lsn? BranchedAt { get; init; }

    /// <summary>Complete segments.</summary>
    public required long Segments { get; init; }

    /// <summary>The first complete segment; null without one.</summary>
    public string? FirstSegment { get; init; }

    /// <summary>The last complete segment; null without one.</summary>
    public string? LastSegment { get; init; }

    /// <summary>Bytes that its files take.</summary>
    public required long Size { get; init; }

    /// <summary>What can be recovered along it, in the log's order.</summary>
    public required IReadOnlyList<WalWindow> Windows { get; init; }

    /// <summary>Timeline and number of segments.</summary>
    public override string ToString() => $"{Timeline}: {Segments} segments";
}
