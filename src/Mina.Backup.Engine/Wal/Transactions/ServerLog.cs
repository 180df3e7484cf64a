using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>The log that a running server still holds, read over a connection. Safe for use by several threads.</summary>
internal sealed class ServerLog : ISegmentOrigin, IAsyncDisposable
{
    private const int Piece = 4 << 20;

    // Three rounds of the WAL writer at its default delay of 200 ms, after which it has flushed what committed with synchronous_commit = off; and some.
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushPause = TimeSpan.FromMilliseconds(50);
    private readonly NpgsqlConnection connection;
    private readonly SemaphoreSlim gate = new(1);
    private readonly ConnectionTarget target;

    private ServerLog(NpgsqlConnection connection, ConnectionTarget target)
    {
        this.connection = connection;
        this.target = target;
    }

    /// <summary>Identifier of the cluster.</summary>
    public required ulong SystemIdentifier { get; init; }

    /// <summary>How it cuts its log.</summary>
    public required WalGeometry Geometry { get; init; }

    /// <summary>Its timeline and the ancestors that it still knows.</summary>
    public required TimelineHistory History { get; init; }

    /// <summary>How far its log is written.</summary>
    public required Lsn End { get; init; }

    /// <summary>The segments that it holds, up to the one it is writing.</summary>
    public required IReadOnlyList<LogSegment> Segments { get; init; }

    /// <summary>Looks at a server's log.</summary>
    /// <exception cref="ServerException">It cannot be reached, or the role may not read its log.</exception>
    public static async Task<ServerLog> OpenAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        var connection = await new PostgresConnector(target).OpenPinnedAsync(cancellationToken);
        try
        {
            await WaitForFlushAsync(connection, cancellationToken);
            return await ReadAsync(connection, target, cancellationToken);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw PostgresErrors.Translate(e, "looking at the server's own log", target.ToString());
        }
    }

    /// <inheritdoc/>
    public async Task FetchAsync(LogSegment segment, string path, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await new WalFileWriter(path).WriteAsync(ReadAsync(segment, cancellationToken), cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, $"reading {segment.Name} of the server's own log", target.ToString());
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        gate.Dispose();
        await connection.DisposeAsync();
    }

    /// <summary>Lets a server that commits asynchronously write down what committed before now; a transaction under way may keep it from ever getting there.</summary>
    private static async Task WaitForFlushAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var now = new NpgsqlCommand(
            "SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_current_wal_insert_lsn() END::text", connection);
        if (await now.ExecuteScalarAsync(cancellationToken) is not string written)
        {
            return;
        }

        await using var flushed = new NpgsqlCommand("SELECT pg_catalog.pg_current_wal_flush_lsn() >= $1::pg_catalog.pg_lsn", connection);
        flushed.Parameters.Add(new NpgsqlParameter { Value = written });
        for (var waited = TimeSpan.Zero; waited < FlushPatience && await flushed.ExecuteScalarAsync(cancellationToken) is false; waited += FlushPause)
        {
            await Task.Delay(FlushPause, cancellationToken);
        }
    }

    private static async Task<ServerLog> ReadAsync(NpgsqlConnection connection, ConnectionTarget target, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system()),
                   (SELECT bytes_per_wal_segment FROM pg_catalog.pg_control_init()),
                   (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()),
                   CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END::text,
                   ARRAY(SELECT name FROM pg_catalog.pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' ORDER BY name)
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        ulong identifier;
        long size;
        uint timeline;
        Lsn end;
        string[] names;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            identifier = unchecked((ulong)reader.GetInt64(0));
            size = reader.GetInt32(1);
            timeline = (uint)reader.GetInt32(2);
            end = Lsn.Parse(reader.GetString(3));
            names = reader.GetFieldValue<string[]>(4);
        }

        var geometry = new WalGeometry(size);
        var segments = new List<LogSegment>();
        var log = new ServerLog(connection, target)
        {
            SystemIdentifier = identifier,
            Geometry = geometry,
            History = await ReadHistoryAsync(connection, timeline, cancellationToken),
            End = end,
            Segments = segments,
        };
        // Files behind the one being written are used ones that wait for their turn; so is the next one until its first byte is written.
        var current = geometry.NumberAt(new Lsn(end.Value - 1));
        segments.AddRange(names.Select(WalSegmentName.Parse)
            .Where(name => name.Timeline <= timeline && geometry.NumberOf(name) <= current)
            .Select(name => new LogSegment(geometry.NumberOf(name), name, log, geometry.NumberOf(name) == current)));
        return log;
    }

    private static async Task<TimelineHistory> ReadHistoryAsync(NpgsqlConnection connection, uint timeline, CancellationToken cancellationToken)
    {
        if (timeline == 1)
        {
            return TimelineHistory.Root(1);
        }

        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_read_file('pg_wal/' || $1, 0, 1048576, true)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = WalFileName.OfHistory(timeline).Text });
        var text = await command.ExecuteScalarAsync(cancellationToken) as string;
        return text is null ? TimelineHistory.Root(timeline) : TimelineHistory.Parse(timeline, text);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        LogSegment segment, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_read_binary_file('pg_wal/' || $1, $2, $3, true)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = segment.Name.ToString() });
        var offset = new NpgsqlParameter<long>();
        command.Parameters.Add(offset);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Piece });
        for (offset.TypedValue = 0; offset.TypedValue < Geometry.SegmentSize; offset.TypedValue += Piece)
        {
            var piece = await command.ExecuteScalarAsync(cancellationToken) as byte[];
            if (piece is null || piece.Length == 0)
            {
                throw Gone(segment);
            }

            // A file that was recycled since the look holds another place of the log under this name, or its own under another.
            if (offset.TypedValue == 0 && WalPageHeader.Read(piece)?.Address != Geometry.StartOf(segment.Number))
            {
                throw Gone(segment);
            }

            yield return piece;
        }
    }

    private CatalogException Gone(LogSegment segment) => new(
        ErrorCatalog.WalFileNotFound,
        $"{target.Server} has recycled {segment.Name} meanwhile, and it is not in the archive.",
        new ErrorContext { Target = segment.Name.ToString(), Action = "Run the command again; archive WAL before the server recycles it." });
}
