namespace Mina.Backup.Model;

/// <summary>A branch that was removed: its server is stopped and its data gone.</summary>
public sealed record RemovedPitrBranch
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Who held it.</summary>
    public required PitrProvider Provider { get; init; }

    /// <summary>The point it held.</summary>
    public PitrPoint? Reached { get; init; }

    /// <summary>Bytes freed on this machine; 0 where it was elsewhere.</summary>
    public required long FreedBytes { get; init; }
}
