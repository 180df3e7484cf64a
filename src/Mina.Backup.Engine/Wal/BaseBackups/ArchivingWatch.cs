using System.Globalization;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// A server holds a base backup's last bytes back until its archiver has taken the WAL that the backup needs; with an archiver that fails, for
/// ever. This watches the stream, says what it waits for, and gives up after a time.
/// </summary>
internal sealed class ArchivingWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly NpgsqlConnection connection;
    private readonly RunContext context;
    private readonly TimeSpan patience;
    private readonly string server;
    private long lastBytes;
    private long lastChange;
    private bool warned;

    /// <summary>Creates a watch.</summary>
    /// <param name="connection">A session on the server that nobody else uses meanwhile.</param>
    /// <param name="context">The run.</param>
    /// <param name="patience">How long a failing archiver is waited for.</param>
    /// <param name="server">The server as an operator names it.</param>
    public ArchivingWatch(NpgsqlConnection connection, RunContext context, TimeSpan patience, string server)
    {
        this.connection = connection;
        this.context = context;
        this.patience = patience;
        this.server = server;
        lastChange = context.Clock.GetTimestamp();
    }

    /// <summary>Takes the bytes that came so far.</summary>
    public void Report(long bytes)
    {
        if (Interlocked.Exchange(ref lastBytes, bytes) != bytes)
        {
            Volatile.Write(ref lastChange, context.Clock.GetTimestamp());
        }
    }

    /// <summary>Watches until it is canceled, which is its normal end.</summary>
    /// <exception cref="ServerException"><c>BaseBackupNotArchived</c>.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, context.Clock, cancellationToken);
            var quiet = context.Clock.GetElapsedTime(Volatile.Read(ref lastChange));
            if (quiet < Quiet || await DescribeAsync(cancellationToken) is not { } state)
            {
                continue;
            }

            if (quiet > patience)
            {
                throw new ServerException(
                    ErrorCatalog.BaseBackupNotArchived,
                    $"The base backup is complete but for its WAL, which the server's archiver has not taken for {quiet.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s. {state}",
                    new ErrorContext { Target = server });
            }

            if (!warned)
            {
                warned = true;
                context.Warning($"The server waits for its archiver before it ends the base backup. {state}");
            }
        }
    }

    private async Task<string?> DescribeAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT a.failed_count, coalesce(a.last_failed_wal, ''), coalesce(a.last_archived_wal, '')
            FROM pg_catalog.pg_stat_archiver a
            WHERE EXISTS (SELECT FROM pg_catalog.pg_stat_progress_basebackup WHERE phase = 'waiting for wal archiving to finish')
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? string.Create(CultureInfo.InvariantCulture, $"Its archiver has failed {reader.GetInt64(0)} times, last with '{reader.GetString(1)}'; the last segment it took is '{reader.GetString(2)}'.")
            : null;
    }
}
