namespace Mina.Backup.Engine.Requests;

/// <summary>A disposable cluster to start.</summary>
public sealed record ClusterRequest
{
    /// <summary>Major version of the server programs; the newest installed when null.</summary>
    public int? MajorVersion { get; init; }

    /// <summary>Server settings by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Listen on a loopback port with a password instead of a socket.</summary>
    public bool Loopback { get; init; }
}
