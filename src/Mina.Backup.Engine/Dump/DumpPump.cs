using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Carries the dump from its programs and sessions to the one file, in order. It has a thread to itself and reads the pipes synchronously: pg_dump
/// writes a few KB at a time, and a task for each costs four times what the reading does.
/// </summary>
internal sealed class DumpPump : IDisposable
{
    private const int ReadSize = 1 << 18;

    private readonly ContainerWriter writer;
    private readonly PieceDump pieces;
    private readonly Action<long> progress;
    private readonly CancellationToken stop;
    private readonly BlockCutter cutter = new();
    private readonly ScriptScanner scanner;
    private readonly byte[] buffer = new byte[ReadSize];
    private long total;
    private bool withinRun;

    /// <summary>Creates a pump into a container.</summary>
    public DumpPump(ContainerWriter writer, PieceDump pieces, Action<long> progress, CancellationToken stop)
    {
        this.writer = writer;
        this.pieces = pieces;
        this.progress = progress;
        this.stop = stop;
        scanner = new ScriptScanner(cutter);
    }

    /// <summary>What each member holds, in file order.</summary>
    public List<MemberTag> Tags { get; } = [];

    /// <summary>Writes a section; its first bytes were read before.</summary>
    public void WriteSection(DumpSection section, ReadOnlySpan<byte> first, ToolProcess dump)
    {
        cutter.BeginSection(section);
        first.CopyTo(buffer);
        for (var length = first.Length; length > 0; length = dump.StandardOutput.Read(buffer))
        {
            stop.ThrowIfCancellationRequested();
            scanner.Append(buffer.AsSpan(0, length));
            Drain(section);
            progress(total += length);
        }
    }

    /// <summary>Ends the data section: whatever pieces are still to come are part of it.</summary>
    public void WriteRemainingPieces()
    {
        cutter.Flush();
        Drain(DumpSection.Data);
        while (Wait(pieces.Dumped.WaitToReadAsync(stop)))
        {
            WritePieces();
        }
    }

    /// <summary>Ends the script and tells what it held.</summary>
    public ScriptSummary Complete()
    {
        cutter.Flush();
        Drain(DumpSection.PostData);
        return DumpedTables.Merge(scanner.Complete(), pieces.Summaries, Tags);
    }

    /// <inheritdoc/>
    public void Dispose() => cutter.Dispose();

    private static T Wait<T>(ValueTask<T> task) => task.IsCompleted ? task.Result : task.AsTask().GetAwaiter().GetResult();

    private void Drain(DumpSection section)
    {
        while (cutter.TryTake(out var block, out var tag))
        {
            // Between two runs of the data section other runs may stand.
            if (section == DumpSection.Data && withinRun && tag.Run is null)
            {
                WritePieces();
            }

            withinRun = tag.Run is not null;
            Write(block, tag);
        }
    }

    private void WritePieces()
    {
        while (pieces.Dumped.TryRead(out var piece))
        {
            try
            {
                foreach (var (block, tag) in piece.ReadAllAsync(stop).ToBlockingEnumerable(stop))
                {
                    total += block.Length;
                    Write(block, tag);
                }
            }
            finally
            {
                piece.Discard();
            }

            progress(total);
        }
    }

    private void Write(PlainBlock block, MemberTag tag)
    {
        Tags.Add(tag);
        writer.Write(block, stop);
    }
}
