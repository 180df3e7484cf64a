using System.Buffers;
using System.Text.Json;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Takes an index's plain text in pieces of any size and gives the index, validated. Every failure is
/// <c>IndexUnreadable</c>. Not for several threads.
/// </summary>
public sealed class IndexReader
{
    // A header lists every role, extension and setting; nothing real comes near this.
    private const int LongestLine = 64 << 20;

    private readonly string backup;
    private readonly ArrayBufferWriter<byte> rest = new();
    private readonly List<IndexTable> tables = [];
    private readonly List<IndexLargeObject> largeObjects = [];
    private readonly List<IndexSequence> sequences = [];
    private readonly List<IndexMember> members = [];
    private IndexHeader? header;
    private IndexEnd? end;
    private long lineNumber;

    /// <summary>Starts to read the index of a backup.</summary>
    public IndexReader(string backup) => this.backup = backup;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int newline;
        while ((newline = bytes.IndexOf((byte)'\n')) >= 0)
        {
            var piece = bytes[..newline];
            bytes = bytes[(newline + 1)..];
            if (rest.WrittenCount == 0)
            {
                AppendLine(piece);
                continue;
            }

            rest.Write(piece);
            AppendLine(rest.WrittenSpan);
            rest.ResetWrittenCount();
        }

        if (rest.WrittenCount + (long)bytes.Length > LongestLine)
        {
            throw Unreadable("a line is too long");
        }

        rest.Write(bytes);
    }

    /// <summary>Takes one line without its newline.</summary>
    public void AppendLine(ReadOnlySpan<byte> json)
    {
        lineNumber++;
        if (end is not null)
        {
            throw Unreadable("something follows its last line");
        }

        IndexLine? line;
        try
        {
            line = JsonSerializer.Deserialize(json, CatalogJson.Default.IndexLine);
        }
        catch (JsonException error)
        {
            throw Unreadable(FormattableString.Invariant($"line {lineNumber} is not as the format says ({error.Path ?? "$"})"), error);
        }

        Take(line ?? throw Unreadable(FormattableString.Invariant($"line {lineNumber} is empty")));
    }

    /// <summary>The index, once all of it was appended.</summary>
    public BackupIndex Complete()
    {
        if (header is null || end is null || rest.WrittenCount > 0)
        {
            throw Unreadable("it ends too early");
        }

        if (end != new IndexEnd(tables.Count, largeObjects.Count, sequences.Count, members.Count))
        {
            throw Unreadable("lines are missing");
        }

        var index = new BackupIndex
        {
            Header = header,
            Tables = tables,
            LargeObjects = largeObjects,
            Sequences = sequences,
            Members = members,
        };
        return IndexValidation.FindProblem(index) is { } problem ? throw Unreadable(problem) : index;
    }

    private void Take(IndexLine line)
    {
        if (header is null && line.Header is null)
        {
            throw Unreadable("it does not start with a header");
        }

        switch (line)
        {
            case { Header: { } first }:
                TakeHeader(first);
                break;
            case { Table: { } table }:
                tables.Add(table);
                break;
            case { LargeObject: { } largeObject }:
                largeObjects.Add(largeObject);
                break;
            case { Sequence: { } sequence }:
                sequences.Add(sequence);
                break;
            case { Member: { } member }:
                members.Add(member);
                break;
            case { End: { } last }:
                end = last;
                break;
            default:
                // A kind of line that a later version added within this format version; the counts at the end do not cover it.
                break;
        }
    }

    private void TakeHeader(IndexHeader first)
    {
        if (header is not null)
        {
            throw Unreadable("it has two headers");
        }

        if (first.FormatVersion is < 1 or > IndexSerializer.FormatVersion)
        {
            throw Unreadable(FormattableString.Invariant(
                $"its format version {first.FormatVersion} is not known to this version of the product"));
        }

        if (!string.Equals(first.Backup, backup, StringComparison.Ordinal))
        {
            throw Unreadable($"it belongs to backup {first.Backup}");
        }

        header = first;
    }

    private IntegrityException Unreadable(string problem, Exception? innerException = null) => new(
        ErrorCatalog.IndexUnreadable,
        $"The index of backup {backup} cannot be used: {problem}.",
        new ErrorContext { Target = backup },
        innerException);
}
