using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>A paused branch to take forward.</summary>
public sealed record PitrStepRequest
{
    /// <summary>Name of the branch.</summary>
    public required string Name { get; init; }

    /// <summary>Who holds it; whoever has one of that name when null.</summary>
    public PitrProvider? Provider { get; init; }

    /// <summary>The point to go to; behind the one that the branch is at.</summary>
    public required PitrTarget Target { get; init; }

    /// <summary>What opens the WAL on the way.</summary>
    public KeyRequest Keys { get; init; } = new();
}
