using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>Asks a server for the timeline that it is on and those that it descends from, over a replication connection, which base backups need anyway.</summary>
internal static class ServerTimeline
{
    /// <summary>Asks.</summary>
    /// <exception cref="ServerException">The server cannot be reached or refuses.</exception>
    public static Task<TimelineHistory> ReadAsync(Libpq libpq, ConnectionTarget target, CancellationToken cancellationToken) =>
        // libpq blocks.
        Task.Factory.StartNew(() => Read(libpq, target, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static TimelineHistory Read(Libpq libpq, ConnectionTarget target, CancellationToken cancellationToken)
    {
        using var session = LibpqSession.ConnectForReplication(libpq, target);
        using var abort = cancellationToken.Register(session.Abort);
        try
        {
            var timeline = uint.Parse(Ask(session, "IDENTIFY_SYSTEM")[1], System.Globalization.CultureInfo.InvariantCulture);
            return timeline == 1
                ? TimelineHistory.Root(timeline)
                : TimelineHistory.Parse(timeline, Ask(session, FormattableString.Invariant($"TIMELINE_HISTORY {timeline}"))[1]);
        }
        catch (ServerException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static string[] Ask(LibpqSession session, string command)
    {
        session.Send(command);
        var row = session.ReadRows(2)[0];
        session.Finish();
        return row;
    }
}
