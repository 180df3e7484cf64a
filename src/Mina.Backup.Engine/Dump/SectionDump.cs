using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Runs pg_dump once per section under one snapshot and turns their output, in section order, into tagged members.
/// All three start at once, and none is read on before each has given its first byte: catalog functions ignore the snapshot, and pg_dump
/// has finished its catalog reads, and holds its locks, when the first byte comes. DDL after that does no harm.
/// </summary>
public sealed class SectionDump
{
    private static readonly (DumpSection Section, string Name)[] Sections =
    [
        (DumpSection.PreData, "pre-data"),
        (DumpSection.Data, "data"),
        (DumpSection.PostData, "post-data"),
    ];

    private readonly DumpSource source;
    private readonly ContainerWriter writer;
    private readonly PieceDump pieces;
    private readonly Action<long> progress;

    /// <summary>Creates a dump into a container.</summary>
    /// <param name="source">What is dumped.</param>
    /// <param name="writer">Takes the members.</param>
    /// <param name="pieces">Large tables, which pg_dump leaves out and which are read beside it.</param>
    /// <param name="progress">Told the plain bytes so far.</param>
    internal SectionDump(DumpSource source, ContainerWriter writer, PieceDump pieces, Action<long> progress)
    {
        this.pieces = pieces;
        this.source = source;
        this.writer = writer;
        this.progress = progress;
    }

    /// <summary>Dumps; gives what was found and the tag of each member in order.</summary>
    /// <param name="underWay">Called once, when every pg_dump holds its own snapshot and locks, so that the exporting session is needed no more.</param>
    /// <param name="cancellationToken">Ends the dump.</param>
    /// <exception cref="MinaException">pg_dump failed, was killed, or ended without its trailer.</exception>
    public async Task<(ScriptSummary Summary, List<MemberTag> Tags)> RunAsync(Func<ValueTask> underWay, CancellationToken cancellationToken)
    {
        await using var watch = new DumpWatch(source.Target.Database, cancellationToken);
        try
        {
            var dumps = Sections.Select(section => watch.Start(source.PgDump, Arguments(section.Name), Environment())).ToList();
            var first = await Task.WhenAll(dumps.Select(dump => ReadFirstAsync(dump, watch)));
            await underWay();
            return await Task.Factory.StartNew(() => Pump(dumps, first, watch), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && watch.Failure is { } failure)
        {
            throw failure;
        }
    }

    private (ScriptSummary Summary, List<MemberTag> Tags) Pump(List<ToolProcess> dumps, byte[][] first, DumpWatch watch)
    {
        watch.Add(pieces.Start(watch.Token));
        using var pump = new DumpPump(writer, pieces, progress, watch.Token);
        for (var i = 0; i < dumps.Count; i++)
        {
            pump.WriteSection(Sections[i].Section, first[i], dumps[i]);
            watch.EnsureSuccessAsync(dumps[i]).GetAwaiter().GetResult();
            if (Sections[i].Section == DumpSection.Data)
            {
                pump.WriteRemainingPieces();
            }
        }

        var summary = pump.Complete();
        EnsureComplete(summary);
        return (summary, pump.Tags);
    }

    private static async Task<byte[]> ReadFirstAsync(ToolProcess dump, DumpWatch watch)
    {
        // Not asynchronously: a pipe that was once read so hands every later wait to another thread. Its program's end ends the read.
        var first = new byte[4096];
        var length = await Task.Factory.StartNew(() => dump.StandardOutput.Read(first), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        watch.Token.ThrowIfCancellationRequested();
        if (length == 0)
        {
            await watch.EnsureSuccessAsync(dump);
        }

        return first[..length];
    }

    private void EnsureComplete(ScriptSummary summary)
    {
        if (summary.Trailers != Sections.Length || summary.Headers != Sections.Length || !summary.EndsCleanly)
        {
            throw new IntegrityException(
                ErrorCatalog.DumpIncomplete,
                $"pg_dump reported success, but its output for database {source.Target.Database} has {summary.Trailers} of {Sections.Length} section ends.",
                new ErrorContext { Target = source.Target.Database, Action = "Run the backup again; if it happens again, reinstall the PostgreSQL client programs." });
        }
    }

    private IEnumerable<string> Arguments(string section)
    {
        yield return "--section=" + section;
        yield return "--snapshot=" + source.Snapshot;
        yield return "--encoding=" + source.Encoding;
        yield return "--format=plain";
        yield return "--no-password";
        foreach (var pattern in source.ExcludeTable)
        {
            yield return "--exclude-table=" + pattern;
        }

        foreach (var pattern in source.ExcludeTableData.Concat(source.ReadApart))
        {
            yield return "--exclude-table-data=" + pattern;
        }
    }

    private IReadOnlyDictionary<string, string> Environment() =>
        source.Target.ToEnvironment(source.SpeaksEnglish ? PinnedSettings.ToOptions(source.ServerMajor) + " -c lc_messages=C" : PinnedSettings.ToOptions(source.ServerMajor));
}
