namespace Mina.Backup.Model;

/// <summary>A file that could not be brought into the archive.</summary>
public sealed record WalSyncFailure
{
    /// <summary>Its name in the spool; of a failure that concerns no single file, what it concerns.</summary>
    public required string Name { get; init; }

    /// <summary>Stable id of the error.</summary>
    public required string ErrorId { get; init; }

    /// <summary>The error in words.</summary>
    public required string Message { get; init; }

    /// <summary>What to do next.</summary>
    public required string RecommendedAction { get; init; }

    /// <summary>The name and what is wrong.</summary>
    public override string ToString() => $"{Name}: {ErrorId}";
}
