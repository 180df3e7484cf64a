using System.Collections.Concurrent;
using System.Threading.Channels;
using Mina.Backup.Engine.Runtime;
using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Reads large tables over several sessions at once, under the snapshot of the dump, and hands the pieces to its one writer. Each piece becomes
/// a COPY block of its own, so a table may have many, in any order.
/// </summary>
internal sealed class PieceDump : IAsyncDisposable
{
    private const int ReadSize = 1 << 18;

    private readonly IReadOnlyList<NpgsqlConnection> sessions;
    private readonly ConcurrentQueue<TablePiece> pieces;
    private readonly string encoding;
    private readonly Channel<DumpedPiece> dumped;
    private readonly ConcurrentBag<ScriptSummary> summaries = [];
    private Task reading = Task.CompletedTask;

    private PieceDump(IReadOnlyList<NpgsqlConnection> sessions, IEnumerable<TablePiece> pieces, string encoding)
    {
        this.sessions = sessions;
        this.pieces = new ConcurrentQueue<TablePiece>(pieces);
        this.encoding = encoding;
        dumped = Channel.CreateBounded<DumpedPiece>(new BoundedChannelOptions(Math.Max(1, sessions.Count)) { SingleReader = true });
    }

    /// <summary>Finished pieces; completed when there are no more, with the failure if one ended the reading.</summary>
    public ChannelReader<DumpedPiece> Dumped => dumped.Reader;

    /// <summary>What the pieces held; all of it once <see cref="Dumped"/> is completed.</summary>
    public IReadOnlyCollection<ScriptSummary> Summaries => summaries;

    /// <summary>A dump of no pieces.</summary>
    public static PieceDump None => Create([], [], "UTF8");

    /// <summary>Prepares a dump over sessions that share the snapshot; takes them over.</summary>
    public static PieceDump Create(IReadOnlyList<NpgsqlConnection> sessions, IEnumerable<TablePiece> pieces, string encoding)
    {
        var dump = new PieceDump(sessions, pieces, encoding);
        if (sessions.Count == 0)
        {
            dump.dumped.Writer.Complete();
        }

        return dump;
    }

    /// <summary>Starts reading. A failure, or the token, ends all sessions; the task tells.</summary>
    public Task Start(CancellationToken cancellationToken) => reading = sessions.Count > 0 ? ReadAllAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Waits for the end of the reading and closes the sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (dumped.Reader.TryRead(out var piece))
        {
            piece.Discard();
        }

        foreach (var session in sessions)
        {
            await session.DisposeAsync();
        }
    }

    private async Task ReadAllAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await FirstFailure.WhenAllAsync(
                [.. sessions.Select(session => Task.Factory.StartNew(
                    () => ReadAsync(session, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap())],
                stop);
            dumped.Writer.TryComplete();
        }
        catch (Exception failure)
        {
            dumped.Writer.TryComplete(failure);
            throw;
        }
    }

    private async Task ReadAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        var buffer = new byte[ReadSize];
        while (pieces.TryDequeue(out var piece))
        {
            await ReadAsync(session, piece, buffer, cancellationToken);
        }
    }

    private async Task ReadAsync(NpgsqlConnection session, TablePiece piece, byte[] buffer, CancellationToken cancellationToken)
    {
        using var cutter = new BlockCutter();
        cutter.BeginSection(DumpSection.Data);
        var text = DumpEncoding.For(encoding);
        var scanner = new ScriptScanner(cutter, encoding: text);
        var target = new PieceTarget(dumped.Writer);
        try
        {
            scanner.Append(text.GetBytes(piece.ToCopyIn()));
            using (var reader = (StreamReader)await session.BeginTextExportAsync(piece.ToCopyOut(encoding), cancellationToken))
            {
                // Npgsql reads a row at a time: without a task for each, that takes two thirds of the time.
                int count;
                while ((count = reader.BaseStream.Read(buffer.AsSpan())) > 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    scanner.Append(buffer.AsSpan(0, count));
                    await target.TakeAsync(cutter, cancellationToken);
                }
            }

            scanner.Append("\\.\n"u8);
            cutter.Flush();
            await target.TakeAsync(cutter, cancellationToken);
            summaries.Add(scanner.Complete());
            await target.CompleteAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            target.Fail(failure);
            throw;
        }
    }

    /// <summary>Fills one piece, and shows it to the writer when it is complete or full.</summary>
    private sealed class PieceTarget(ChannelWriter<DumpedPiece> writer)
    {
        private readonly DumpedPiece piece = new();
        private bool shown;

        public async ValueTask TakeAsync(BlockCutter cutter, CancellationToken cancellationToken)
        {
            while (cutter.TryTake(out var block, out var tag))
            {
                if (piece.TryAdd(block, tag))
                {
                    continue;
                }

                try
                {
                    await ShowAsync(cancellationToken);
                    await piece.AddAsync(block, tag, cancellationToken);
                }
                catch
                {
                    block.Dispose();
                    throw;
                }
            }
        }

        public async ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            piece.Complete();
            await ShowAsync(cancellationToken);
        }

        public void Fail(Exception failure)
        {
            piece.Complete(failure);
            if (!shown)
            {
                piece.Discard();
            }
        }

        private async ValueTask ShowAsync(CancellationToken cancellationToken)
        {
            if (!shown)
            {
                await writer.WriteAsync(piece, cancellationToken);
                shown = true;
            }
        }
    }
}
