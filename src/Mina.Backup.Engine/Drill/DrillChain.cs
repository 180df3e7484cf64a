using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// The records of a history as a chain: each names the checksum of the one before, and the head that of the last. So a record is vouched for by
/// whatever comes behind it, and is judged from the end towards the beginning.
/// </summary>
internal sealed class DrillChain
{
    private readonly byte[] content;
    private readonly IReadOnlyList<DrillLine> lines;
    private readonly DrillChainHead? head;
    private readonly ILookup<long, DrillLine> records;

    /// <summary>Looks at a history.</summary>
    /// <param name="content">The file.</param>
    /// <param name="head">Its head; null when there is none.</param>
    public DrillChain(byte[] content, DrillChainHead? head)
    {
        this.content = content;
        this.head = head;
        lines = DrillLine.Split(content);
        records = lines.Where(line => line.IsRecord).ToLookup(line => line.Envelope!.Sequence);
        Tail = FindTail();
    }

    /// <summary>The last record that the chain knows, whether it is still there or not.</summary>
    public DrillChainHead Tail { get; }

    /// <summary>What is wrong with the whole; null when nothing is.</summary>
    public string? Problem =>
        IsUnanchored ? "The head beside it is missing or cannot be read, so whether records were cut off at its end cannot be told."
        : lines.FirstOrDefault(line => line is { IsRecord: true, Envelope.Unanchored: true }) is { Envelope.Sequence: var sequence }
            ? $"When record {sequence} was written, the head was missing, so whether records before it had been cut off cannot be told."
        : null;

    // A single record without a head is that of a first run that ended in between.
    private bool IsUnanchored => head is null && Tail.Sequence > 1;

    /// <summary>What the next record says of the ones before it. What is missing or was changed is not passed over: the next one still names the checksum it had.</summary>
    public DrillEnvelope Continue(DrillEnvelope next)
    {
        var last = lines.LastOrDefault(line => line.IsRecord);
        var rest = lines.Where(line => line.Start >= (last?.End ?? 0)).ToList();
        var reached = last is null ? Tail.Sequence == 0 : last.Envelope!.Sha256 == Tail.Sha256;
        var torn = reached && rest.Count > 0 && rest.All(line => line.Envelope is null);
        return next with
        {
            Sequence = Tail.Sequence + 1,
            Previous = Tail.Sha256,
            Unanchored = IsUnanchored ? true : null,
            Torn = torn ? DrillLine.Hash([.. content.AsSpan((int)(last?.End ?? 0)), .. IsEnded ? ""u8 : "\n"u8]) : null,
        };
    }

    /// <summary>Whether the last line has its end.</summary>
    public bool IsEnded => content.Length == 0 || content[^1] == (byte)'\n';

    /// <summary>All records, and a mark for each stretch of missing ones, by number.</summary>
    public IReadOnlyList<DrillRecord> Judge(string path)
    {
        var judged = JudgeRecords();
        List<DrillRecord> found = [];
        var place = 0L;
        foreach (var line in lines)
        {
            var verdict = line.IsRecord ? judged[line] : JudgeRest(line);
            var sequence = line.IsRecord ? line.Envelope!.Sequence : place + 1;
            if (verdict.State == DrillRecordState.Intact && sequence < place)
            {
                verdict = new(DrillRecordState.Displaced, $"It stands behind record {place}.");
            }

            found.Add(Describe(line, sequence, verdict, path));
            if (verdict.State is DrillRecordState.Intact or DrillRecordState.Edited)
            {
                place = Math.Max(place, sequence);
            }
        }

        return [.. found.Concat(FindMissing(found, path)).OrderBy(record => record.Sequence)];
    }

    /// <summary>
    /// The head, or a record behind it that continues it: a run may have ended after it wrote its record and before it wrote the head. Without a head, the last record.
    /// </summary>
    private DrillChainHead FindTail()
    {
        var tail = head ?? DrillChainHead.Empty;
        if (head is null && lines.LastOrDefault(line => line.IsRecord) is { Envelope: { } last })
        {
            tail = new DrillChainHead { Sequence = last.Sequence, Sha256 = last.Sha256! };
        }

        while (records[tail.Sequence + 1].FirstOrDefault(line => line.Envelope!.Previous == tail.Sha256) is { Envelope: { } next })
        {
            tail = new DrillChainHead { Sequence = next.Sequence, Sha256 = next.Sha256! };
        }

        return tail;
    }

    /// <summary>From the last record to the first: the one of each number that the record behind it names is the true one.</summary>
    private Dictionary<DrillLine, Verdict> JudgeRecords()
    {
        var judged = lines.Where(line => line.IsRecord).ToDictionary(line => line, _ => new Verdict(DrillRecordState.Displaced, "No record behind it knows it."));
        var (witness, named, expected) = ("the head", (string?)Tail.Sha256, Tail.Sequence);
        foreach (var same in records.Where(group => group.Key > 0 && group.Key <= Tail.Sequence).OrderByDescending(group => group.Key))
        {
            // Behind a gap, and behind a record that was edited, there is nobody to ask.
            var known = same.Key == expected ? named : null;
            var genuine = same.FirstOrDefault(line => known is null || line.Envelope!.Sha256 == known);
            judged[genuine ?? same.First()] = genuine is not null
                ? new(DrillRecordState.Intact, null)
                : new(DrillRecordState.Edited, $"Its checksum is not the one that {witness} names.");
            (witness, named, expected) = ($"record {same.Key}", genuine?.Envelope!.Previous, same.Key - 1);
        }

        return judged;
    }

    private IEnumerable<DrillRecord> FindMissing(List<DrillRecord> found, string path)
    {
        var present = found.Where(record => record.State is not DrillRecordState.Torn && record.Sequence <= Tail.Sequence).Select(record => record.Sequence);
        var expected = 1L;
        foreach (var sequence in present.Append(Tail.Sequence + 1).Order())
        {
            if (sequence > expected)
            {
                var problem = sequence == expected + 1 ? "It was removed." : $"Records {expected} to {sequence - 1} were removed.";
                yield return new DrillRecord { Sequence = expected, State = DrillRecordState.Missing, Problem = problem, HistoryPath = path };
            }

            expected = sequence + 1;
        }
    }

    /// <summary>A line that is no record: torn where the record behind it vouches for that, or where it stands behind everything that the head knows; else changed.</summary>
    private Verdict JudgeRest(DrillLine line)
    {
        if (line.Envelope is not null)
        {
            return new(DrillRecordState.Edited, "Its content does not have the checksum that it states.");
        }

        var before = lines.LastOrDefault(other => other.IsRecord && other.Start < line.Start);
        var behind = lines.FirstOrDefault(other => other.IsRecord && other.Start > line.Start);
        var gap = content.AsSpan((int)(before?.End ?? 0), (int)((behind?.Start ?? content.Length) - (before?.End ?? 0)));
        var torn = behind is not null
            ? behind.Envelope!.Torn == DrillLine.Hash(gap)
            : (before?.Envelope!.Sha256 ?? DrillChainHead.Empty.Sha256) == Tail.Sha256;
        return torn
            ? new(DrillRecordState.Torn, "A run ended while it wrote this record.")
            : new(DrillRecordState.Edited, "It is not a record any more.");
    }

    private static DrillRecord Describe(DrillLine line, long sequence, Verdict verdict, string path)
    {
        var drill = line.ReadDrill(out var problem);
        return new DrillRecord
        {
            Sequence = sequence,
            State = verdict.State,
            Problem = verdict.Problem ?? problem,
            Drill = drill,
            RecordedAt = line.Envelope?.RecordedAt,
            Sha256 = line.Envelope?.Sha256,
            HistoryPath = path,
        };
    }

    private sealed record Verdict(DrillRecordState State, string? Problem);
}
