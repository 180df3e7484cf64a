using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Loads COPY runs over a connection, as the raw bytes that the dump holds.</summary>
internal sealed class CopyRunLoader
{
    private readonly NpgsqlConnection connection;
    private readonly MemberReader reader;
    private readonly string encoding;
    private readonly string backup;
    private readonly string? destination;

    /// <summary>Creates a loader.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="reader">Reads the members.</param>
    /// <param name="encoding">Encoding of the dump, PostgreSQL's name.</param>
    /// <param name="backup">Name of the backup for messages.</param>
    /// <param name="destination">Table to load into; the one that the dump names when null.</param>
    public CopyRunLoader(NpgsqlConnection connection, MemberReader reader, string encoding, string backup, string? destination = null)
    {
        this.destination = destination;
        this.connection = connection;
        this.reader = reader;
        this.encoding = encoding;
        this.backup = backup;
    }

    /// <summary>Loads the runs of a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="loaded">Called with the plain bytes of each member loaded.</param>
    /// <param name="cancellationToken">Ends it; the rows of the unfinished run are then not kept.</param>
    public async Task LoadAsync(LoadUnit unit, Action<long> loaded, CancellationToken cancellationToken)
    {
        if (!unit.Frozen)
        {
            foreach (var run in unit.Runs)
            {
                await LoadAsync(run, frozen: false, truncate: false, loaded, cancellationToken);
            }

            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var run in unit.Runs)
        {
            await LoadAsync(run, frozen: true, truncate: run == unit.Runs[0], loaded, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Loads runs into a table that the session's transaction has created.</summary>
    public async Task LoadIntoNewAsync(IEnumerable<LoadRun> runs, Action<long> loaded, CancellationToken cancellationToken)
    {
        foreach (var run in runs)
        {
            await LoadAsync(run, frozen: true, truncate: false, loaded, cancellationToken);
        }
    }

    private async Task LoadAsync(LoadRun run, bool frozen, bool truncate, Action<long> loaded, CancellationToken cancellationToken)
    {
        StreamWriter? writer = null;
        var next = ReadAsync(run, 0, cancellationToken);
        try
        {
            for (var i = 0; i < run.Members.Count; i++)
            {
                using var block = await next;

                // The next member is fetched and inflated while the server takes this one.
                next = ReadAsync(run, i + 1, cancellationToken);
                var rows = block!.Memory;
                if (writer is null)
                {
                    var headerLength = HeaderLength(rows.Span);
                    writer = await BeginAsync(rows.Span[..headerLength].ToArray(), frozen, truncate, cancellationToken);
                    rows = rows[headerLength..];
                }

                if (i == run.Members.Count - 1)
                {
                    rows = WithoutEndMark(rows);
                }

                await writer.BaseStream.WriteAsync(rows, cancellationToken);
                loaded(block.Length);
            }

            await writer!.DisposeAsync();
        }
        catch (PostgresException problem)
        {
            await CancelAsync(writer);
            throw new PsqlFailure(problem.SqlState, problem.MessageText, problem.Detail, problem.Hint).ToException(backup, problem);
        }
        catch
        {
            // Disposing a writer completes its COPY with the rows sent so far; canceling it first makes the server drop them.
            await CancelAsync(writer);
            throw;
        }
        finally
        {
            await DiscardAsync(next);
        }
    }

    private async Task<PlainBlock?> ReadAsync(LoadRun run, int member, CancellationToken cancellationToken) =>
        member < run.Members.Count
            ? await Task.Run(async () => await reader.ReadAsync(run.Members[member].Location, cancellationToken), CancellationToken.None)
            : null;

    private static async Task DiscardAsync(Task<PlainBlock?> unused)
    {
        await ((Task)unused).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (unused.IsCompletedSuccessfully)
        {
            unused.Result?.Dispose();
        }
    }

    private async Task<StreamWriter> BeginAsync(byte[] header, bool frozen, bool truncate, CancellationToken cancellationToken)
    {
        if (!CopyHeader.TryParse(DumpEncoding.For(encoding).GetString(header).Trim(), out var table, out var columns))
        {
            throw Misplaced("a COPY statement");
        }

        table = destination ?? table;
        if (truncate)
        {
            await TargetServer.ExecuteAsync(connection, $"TRUNCATE ONLY {table}", cancellationToken);
        }

        var list = columns.Length == 0 ? "" : $" ({columns})";
        var options = $"ENCODING {SqlText.Literal(encoding)}{(frozen ? ", FREEZE" : "")}";
        return (StreamWriter)await connection.BeginTextImportAsync($"COPY {table}{list} FROM STDIN WITH ({options})", cancellationToken);
    }

    private static async Task CancelAsync(StreamWriter? writer)
    {
        if (writer is not NpgsqlCopyTextWriter import)
        {
            return;
        }

        try
        {
            await import.CancelAsync();
            await writer.DisposeAsync();
        }
        catch (Exception problem) when (problem is NpgsqlException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The connection went away, and the rows with it; the failure that led here is the one to report.
        }
    }

    private int HeaderLength(ReadOnlySpan<byte> block)
    {
        var tokenizer = new SqlTokenizer();
        var position = 0;
        SqlEvent found;
        while ((found = tokenizer.Next(block, ref position)) is not (SqlEvent.StatementEnds or SqlEvent.EndOfChunk or SqlEvent.Backslash))
        {
        }

        var newline = block[position..].IndexOf((byte)'\n');
        return found == SqlEvent.StatementEnds && newline >= 0 ? position + newline + 1 : throw Misplaced("a COPY statement");
    }

    private ReadOnlyMemory<byte> WithoutEndMark(ReadOnlyMemory<byte> rows) =>
        rows.Span.EndsWith("\\.\n"u8) && (rows.Length == 3 || rows.Span[^4] == (byte)'\n') ? rows[..^3] : throw Misplaced("the end of COPY rows");

    private IntegrityException Misplaced(string what) => new(
        ErrorCatalog.IndexUnreadable,
        $"The index of {backup} points to {what} where there is none.",
        new ErrorContext { Target = backup });
}
