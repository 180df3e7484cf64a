using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Runs pg_waldump over one stretch of the log and reads what it writes.</summary>
/// <param name="tool">pg_waldump of the log's own major version; it refuses others.</param>
/// <param name="folder">Folder with the segments, all named as of one timeline.</param>
/// <param name="run">The run that they belong to.</param>
internal sealed class WaldumpRun(ClientTool tool, string folder, LogRun run)
{
    private const int BufferLength = 1 << 20;

    // Index and full-page records make up most of the text and say nothing about rows.
    private static readonly string[] Managers = ["Heap", "Heap2", "Transaction", "Storage", "Standby"];

    /// <summary>Major version of the server that wrote the log.</summary>
    public int Major => tool.Version.Major;

    /// <summary>Reads from one place to another. A record that begins before <paramref name="end"/> belongs to the stretch, as far as the folder holds it.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="end">First byte behind the stretch.</param>
    /// <param name="held">First byte behind the segments in the folder. Told so, pg_waldump does not wait five seconds for the next one to appear.</param>
    /// <param name="sink">Who is told what the records say.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>Null when the stretch was read to its end; else why pg_waldump stopped before: the log may end there.</returns>
    /// <exception cref="ToolException">pg_waldump was killed, or writes what is not understood.</exception>
    public async Task<WaldumpStop?> ReadAsync(Lsn start, Lsn end, Lsn held, IRecordSink sink, CancellationToken cancellationToken)
    {
        var parser = new WaldumpParser(sink, end.Value);
        var arguments = new List<string>
        {
            "--path", folder, "--timeline", FormattableString.Invariant($"{run.Timeline}"), "--start", start.ToString(), "--end", held.ToString(),
        };
        arguments.AddRange(Managers.Select(manager => $"--rmgr={manager}"));
        // Without names it opens whichever segment the folder lists first, which may be another stretch's that is just going.
        arguments.AddRange([run.FileNameAt(start), run.FileNameAt(new Lsn(held.Value - 1))]);
        // Its times are in the zone of its environment.
        await using var process = ToolProcess.Start(tool, arguments, new Dictionary<string, string> { ["TZ"] = "UTC" }, cancellationToken);
        process.StandardInput.Close();
        bool ended;
        try
        {
            ended = await Task.Run(() => Read(process.StandardOutput, parser), CancellationToken.None);
        }
        catch (FormatException e)
        {
            throw new ToolException(ErrorCatalog.ToolFailed, e.Message, new ErrorContext { Target = tool.Program }, e);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (ended)
        {
            process.Kill();
            return null;
        }

        var exit = await process.WaitAsync(cancellationToken);
        return exit.Code switch
        {
            0 => null,
            1 => WaldumpStop.Read(exit.ErrorText),
            _ => throw exit.Failure(folder)!,
        };
    }

    /// <summary>Commit time of the first transaction that committed in a segment; null when none did, or the segment cannot be read.</summary>
    public async Task<DateTimeOffset?> FirstCommitAsync(Lsn start, Lsn end, Lsn held, CancellationToken cancellationToken)
    {
        var first = new FirstCommit();
        await ReadAsync(start, end, held, first, cancellationToken);
        return first.Time;
    }

    /// <summary>Hands over lines until the stretch or the output ends; true when the stretch did.</summary>
    private static bool Read(Stream output, WaldumpParser parser)
    {
        var buffer = new byte[BufferLength];
        var filled = 0;
        int count;
        while ((count = output.Read(buffer, filled, buffer.Length - filled)) > 0)
        {
            filled += count;
            var rest = buffer.AsSpan(0, filled);
            int newline;
            while ((newline = rest.IndexOf((byte)'\n')) >= 0)
            {
                if (!parser.Take(rest[..newline]))
                {
                    return true;
                }

                rest = rest[(newline + 1)..];
            }

            rest.CopyTo(buffer);
            filled = rest.Length;
            if (filled == buffer.Length)
            {
                // The commit of a huge change of schema lists all that it touched in one line.
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return false;
    }
}
