using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Loads COPY runs over a session, as the raw bytes that the dump holds, on the thread that calls.</summary>
internal sealed class CopyRunLoader
{
    private readonly ICopyIn session;
    private readonly MemberReader reader;
    private readonly string encoding;
    private readonly string backup;
    private readonly string? destination;

    /// <summary>Creates a loader.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reader">Reads the members.</param>
    /// <param name="encoding">Encoding of the dump, PostgreSQL's name.</param>
    /// <param name="backup">Name of the backup for messages.</param>
    /// <param name="destination">Table to load into; the one that the dump names when null.</param>
    public CopyRunLoader(ICopyIn session, MemberReader reader, string encoding, string backup, string? destination = null)
    {
        this.destination = destination;
        this.session = session;
        this.reader = reader;
        this.encoding = encoding;
        this.backup = backup;
    }

    /// <summary>Loads the runs of a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="loaded">Called with the plain bytes of each member loaded.</param>
    /// <param name="cancellationToken">Ends it; the rows of the unfinished run are then not kept.</param>
    public void Load(LoadUnit unit, Action<long> loaded, CancellationToken cancellationToken) => Translate(() =>
    {
        if (unit.Frozen)
        {
            session.Execute("BEGIN");
        }

        foreach (var run in unit.Runs)
        {
            Load(run, unit.Frozen, truncate: unit.Frozen && run == unit.Runs[0], loaded, cancellationToken);
        }

        if (unit.Frozen)
        {
            session.Execute("COMMIT");
        }
    });

    /// <summary>Loads runs into a table that the session's transaction has created.</summary>
    public void LoadIntoNew(IEnumerable<LoadRun> runs, Action<long> loaded, CancellationToken cancellationToken) => Translate(() =>
    {
        foreach (var run in runs)
        {
            Load(run, frozen: true, truncate: false, loaded, cancellationToken);
        }
    });

    private void Translate(Action load)
    {
        try
        {
            load();
        }
        catch (PostgresException problem)
        {
            throw PsqlFailure.Of(problem).ToException(backup, problem);
        }
    }

    private void Load(LoadRun run, bool frozen, bool truncate, Action<long> loaded, CancellationToken cancellationToken)
    {
        var next = ReadAsync(run, 0, cancellationToken);
        try
        {
            for (var i = 0; i < run.Members.Count; i++)
            {
                using var block = next.GetAwaiter().GetResult();

                // The next member is fetched and inflated while the server takes this one.
                next = ReadAsync(run, i + 1, cancellationToken);
                var rows = block!.Span;
                if (i == 0)
                {
                    var headerLength = HeaderLength(rows);
                    Begin(rows[..headerLength], frozen, truncate);
                    rows = rows[headerLength..];
                }

                if (i == run.Members.Count - 1)
                {
                    rows = WithoutEndMark(rows);
                }

                session.Write(rows);
                loaded(block.Length);
            }

            session.Complete();
        }
        catch
        {
            session.Cancel();
            throw;
        }
        finally
        {
            Discard(next);
        }
    }

    private async Task<PlainBlock?> ReadAsync(LoadRun run, int member, CancellationToken cancellationToken) =>
        member < run.Members.Count
            ? await Task.Run(async () => await reader.ReadAsync(run.Members[member].Location, cancellationToken), CancellationToken.None)
            : null;

    private static void Discard(Task<PlainBlock?> unused)
    {
        ((Task)unused).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        if (unused.IsCompletedSuccessfully)
        {
            unused.Result?.Dispose();
        }
    }

    private void Begin(ReadOnlySpan<byte> header, bool frozen, bool truncate)
    {
        if (!CopyHeader.TryParse(DumpEncoding.For(encoding).GetString(header).Trim(), out var table, out var columns))
        {
            throw Misplaced("a COPY statement");
        }

        table = destination ?? table;
        if (truncate)
        {
            session.Execute($"TRUNCATE ONLY {table}");
        }

        var list = columns.Length == 0 ? "" : $" ({columns})";
        var options = $"ENCODING {SqlText.Literal(encoding)}{(frozen ? ", FREEZE" : "")}";
        session.Begin($"COPY {table}{list} FROM STDIN WITH ({options})");
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

    private ReadOnlySpan<byte> WithoutEndMark(ReadOnlySpan<byte> rows) =>
        rows.EndsWith("\\.\n"u8) && (rows.Length == 3 || rows[^4] == (byte)'\n') ? rows[..^3] : throw Misplaced("the end of COPY rows");

    private IntegrityException Misplaced(string what) => new(
        ErrorCatalog.IndexUnreadable,
        $"The index of {backup} points to {what} where there is none.",
        new ErrorContext { Target = backup });
}
