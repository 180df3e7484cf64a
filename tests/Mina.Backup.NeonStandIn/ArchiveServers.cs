using Mina.Backup.Engine;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.NeonStandIn;

/// <summary>Real servers: each a disposable cluster recovered from a base backup and archived WAL to the point asked for.</summary>
public sealed class ArchiveServers : IStandInServers, IRunObserver
{
    private readonly HostEnvironment environment;
    private readonly PitrEngine engine;
    private int count;

    /// <summary>Creates them over an environment that names archive, spool and the folder for branches.</summary>
    public ArchiveServers(HostEnvironment environment)
    {
        this.environment = environment;
        engine = new PitrEngine(environment, TimeProvider.System);
    }

    /// <inheritdoc/>
    public async Task<StandInServer> MakeAsync(PitrTarget point, CancellationToken cancellationToken)
    {
        var request = new PitrBranchRequest { Provider = PitrProvider.Local, Target = point, Name = FormattableString.Invariant($"neon-{Interlocked.Increment(ref count)}") };
        var made = await engine.CreateBranchAsync(request, this, cancellationToken);
        return new StandInServer(made.Name, ConnectionTarget.Parse(made.ConnectionUri!, environment), made.Reached!.Lsn);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(StandInServer server) => engine.RemoveBranchAsync(server.Name, this, CancellationToken.None);

    void IRunObserver.Verbose(string message)
    {
    }

    void IRunObserver.Debug(string message)
    {
    }

    void IRunObserver.Warning(string message)
    {
    }

    void IRunObserver.Progress(RunProgress progress)
    {
    }
}
