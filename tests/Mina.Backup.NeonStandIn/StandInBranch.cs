using System.Text.Json.Nodes;
using Mina.Backup.Model;

namespace Mina.Backup.NeonStandIn;

/// <summary>A branch of the project.</summary>
public sealed class StandInBranch
{
    /// <summary>Its id.</summary>
    public required string Id { get; set; }

    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>Id of its parent; null for a root.</summary>
    public string? Parent { get; set; }

    /// <summary>The point it was made at.</summary>
    public PitrTarget Point { get; set; } = new() { Kind = PitrTargetKind.Latest };

    /// <summary>The point's place in the log, once it is known.</summary>
    public Lsn? Lsn { get; set; }

    /// <summary>State, as the API tells it.</summary>
    public string State { get; set; } = "ready";

    /// <summary>Whether it is the default.</summary>
    public bool IsDefault { get; set; }

    /// <summary>Whether it is protected.</summary>
    public bool IsProtected { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; } = DateTimeOffset.UtcNow;

    /// <summary>When it expires.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Its annotation.</summary>
    public JsonObject? Annotation { get; set; }

    /// <summary>The server that holds it.</summary>
    public StandInServer? Server { get; set; }
}
