using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.NeonStandIn;

/// <summary>Makes the servers behind branches.</summary>
public interface IStandInServers
{
    /// <summary>Makes a server that holds the state at a point; a null target is one that nobody can connect to.</summary>
    Task<StandInServer> MakeAsync(PitrTarget point, CancellationToken cancellationToken);

    /// <summary>Removes a server.</summary>
    Task RemoveAsync(StandInServer server);
}

/// <summary>A server behind a branch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Target">How to reach it; null where nobody needs to.</param>
/// <param name="Reached">The place in the log that it holds.</param>
public sealed record StandInServer(string Name, ConnectionTarget? Target, Lsn Reached);

/// <summary>No servers at all: for tests of the protocol alone.</summary>
public sealed class NoServers : IStandInServers
{
    /// <summary>How long a server takes to be made.</summary>
    public TimeSpan Duration { get; init; }

    /// <inheritdoc/>
    public async Task<StandInServer> MakeAsync(PitrTarget point, CancellationToken cancellationToken)
    {
        await Task.Delay(Duration, cancellationToken);
        return new StandInServer("none", null, point.Lsn ?? new Lsn(0x1DE2850));
    }

    /// <inheritdoc/>
    public Task RemoveAsync(StandInServer server) => Task.CompletedTask;
}
