namespace Mina.Backup.Model;

/// <summary>A disposable PostgreSQL cluster on this machine. It ends, and its folder goes, with the process that started it.</summary>
public sealed record EphemeralClusterInfo
{
    /// <summary>Connection URI of its superuser and the database <c>postgres</c>.</summary>
    public required string ConnectionUri { get; init; }

    /// <summary>Address it listens on: loopback, or a socket folder.</summary>
    public required string Host { get; init; }

    /// <summary>Port it listens on.</summary>
    public required int Port { get; init; }

    /// <summary>Data directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Server version.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>Process id of the postmaster.</summary>
    public required int ProcessId { get; init; }
}
