using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Recognizes addresses behind which a transaction pooler stands: it hands each transaction to another backend, so no snapshot and no setting holds.</summary>
public static class PoolerDetection
{
    /// <summary>The server's own address. Where a pooler of Neon is named, that of the server behind it, which Neon always gives under the name without the suffix.</summary>
    /// <exception cref="ServerException"><c>PoolerNotSupported</c>: the address names another pooler.</exception>
    public static ConnectionTarget ToDirectAddress(ConnectionTarget target, RunContext context)
    {
        if (target.IsSocket || NeonHost.Direct(target.Host) is not { } direct)
        {
            return target;
        }

        if (!NeonHost.Is(target.Host))
        {
            throw NotSupported(target, $"{target.Host} is the address of a connection pooler.", $"Connect to {direct} instead.");
        }

        context.Verbose($"{target.Host} is the address of Neon's pooler; {direct} is connected to instead.");
        return target with { Host = direct };
    }

    /// <summary>
    /// Refuses a session through a pooler. A server tells the client its backend's process id when the session starts; a pooler makes one up,
    /// as the backend changes.
    /// </summary>
    /// <exception cref="ServerException"><c>PoolerNotSupported</c>.</exception>
    public static void EnsureDirectSession(NpgsqlConnection connection, ServerInfo server, ConnectionTarget target)
    {
        // Neon's proxy makes up process ids for direct connections too; its poolers are known by their names.
        var tellsTrue = !NeonHost.Is(target.Host);
        if (tellsTrue && connection.ProcessID != server.BackendProcessId)
        {
            throw NotSupported(target, $"A connection pooler answers at {target.Server}.", null);
        }
    }

    private static ServerException NotSupported(ConnectionTarget target, string message, string? action) =>
        new(ErrorCatalog.PoolerNotSupported, $"{message} A pooler cannot hold a snapshot.", new ErrorContext { Target = target.ToString(), Action = action });
}
