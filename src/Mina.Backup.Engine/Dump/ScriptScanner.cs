using System.Buffers;
using System.Text;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Reads a plain dump pushed at it in chunks cut anywhere, ours or another pg_dump's, and tells what each byte is: SQL, COPY header, rows.
/// Counts and fingerprints rows on the way, and reports whatever could make psql run programs. Bytes are taken as UTF-8 or another
/// encoding that keeps ASCII to itself, as every PostgreSQL server encoding does.
/// </summary>
public sealed class ScriptScanner
{
    private const int MaximumStatement = 1 << 20;

    private readonly IScriptSegments? segments;
    private readonly SqlTokenizer tokenizer = new();
    private readonly DataStatements dataStatements = new();
    private readonly TableTally tally = new();
    private readonly HazardRules hazards = new();
    private readonly StatementRules statements = new();
    private readonly SchemaTally schema;
    private readonly ScriptLandmarks landmarks;
    private readonly RestrictPair restricted = new();
    private readonly ArrayBufferWriter<byte> statement = new();
    private readonly ArrayBufferWriter<byte> line = new();
    private Mode mode = Mode.Sql;
    private bool statementTooLong;
    private bool holding;
    private int heldLength;
    private int headerLength;
    private long statementLine;
    private bool nulSeen;
    private string encodingName = "UTF8";
    private Encoding encoding;
    private bool lineHasText;
    private long newlines;
    private long consumed;

    /// <summary>Creates a scanner.</summary>
    /// <param name="segments">Receives the bytes; null when only the summary matters.</param>
    /// <param name="collectProof">Whether the summary holds the proof lines.</param>
    /// <param name="encoding">Encoding of names until the script sets one; UTF-8 when null.</param>
    public ScriptScanner(IScriptSegments? segments = null, bool collectProof = false, Encoding? encoding = null)
        : this(segments, collectProof, encoding, null)
    {
    }

    /// <summary>Creates a scanner that hands over the statements of the schema.</summary>
    internal ScriptScanner(SchemaStatementHandler schemaStatements)
        : this(null, collectProof: false, null, schemaStatements)
    {
    }

    private ScriptScanner(IScriptSegments? segments, bool collectProof, Encoding? encoding, SchemaStatementHandler? schemaStatements)
    {
        schema = new SchemaTally(schemaStatements);
        this.encoding = encoding ?? DumpEncoding.For("UTF8");
        this.segments = segments;
        landmarks = new ScriptLandmarks(collectProof);
    }

    private enum Mode
    {
        Sql,
        MetaLine,
        CopyHeaderEnd,
        CopyRows,
    }

    private ScriptPosition Position => new(newlines + 1, consumed);

    private bool InSchema => landmarks.Section != (int)DumpSection.Data;

    /// <summary>What must not reach psql, as far as it was read; at most 100 are kept.</summary>
    public IReadOnlyList<ScriptHazard> Hazards => hazards.Found;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        ObserveRawBytes(bytes);
        var position = 0;
        while (position < bytes.Length)
        {
            switch (mode)
            {
                case Mode.Sql:
                    ScanSql(bytes, ref position);
                    break;
                case Mode.MetaLine:
                    ScanMetaLine(bytes, ref position);
                    break;
                case Mode.CopyHeaderEnd:
                    ScanCopyHeaderEnd(bytes, ref position);
                    break;
                default:
                    ScanCopyRows(bytes, ref position);
                    break;
            }
        }

        consumed += bytes.Length;
    }

    /// <summary>Ends the script and tells what it held.</summary>
    public ScriptSummary Complete()
    {
        var endsCleanly = mode == Mode.Sql && tokenizer.IsIdle && landmarks.IsBetweenDumps;
        if (holding || mode is Mode.MetaLine or Mode.CopyHeaderEnd)
        {
            Emit(holding ? statement.WrittenSpan : line.WrittenSpan, SegmentKind.Sql);
        }
        else if (mode == Mode.CopyRows && line.WrittenCount > 0)
        {
            tally.Current.AddPart(line.WrittenSpan);
            Emit(line.WrittenSpan, SegmentKind.CopyRows);
        }

        statements.Complete();
        return new ScriptSummary
        {
            Length = consumed,
            Tables = tally.Complete(),
            LargeObjects = dataStatements.LargeObjects,
            Sequences = dataStatements.Sequences,
            Headers = landmarks.Headers,
            Trailers = landmarks.Trailers,
            EndsCleanly = endsCleanly,
            Hazards = hazards.Found,
            ForeignStatements = statements.Found,
            LooksLikeClusterDump = landmarks.LooksLikeClusterDump,
            ServerVersion = landmarks.ServerVersion,
            DumpVersion = landmarks.DumpVersion,
            ProofLines = landmarks.ProofLines,
            Schema = schema.Fingerprint,
        };
    }

    private void ObserveRawBytes(ReadOnlySpan<byte> bytes)
    {
        // psql skips a byte order mark, or takes it for a name, by its encoding.
        if (consumed == 0 && bytes.StartsWith((byte)0xEF))
        {
            AddHazard(ScriptHazardKind.Ambiguous, "a byte order mark");
        }

        // psql loses the rest of a line behind a NUL, also of a row: it would miss the end of the rows, or take it where there is none.
        if (!nulSeen && bytes.Contains((byte)0))
        {
            nulSeen = true;
            AddHazard(ScriptHazardKind.Ambiguous, "a NUL byte");
        }
    }

    private void ScanSql(ReadOnlySpan<byte> bytes, ref int position)
    {
        var emitted = position;
        var statementStart = position;
        while (mode == Mode.Sql)
        {
            var before = position;
            var found = tokenizer.Next(bytes, ref position);
            CountLines(bytes[before..position]);
            switch (found)
            {
                case SqlEvent.EndOfChunk:
                    KeepStatement(bytes[Math.Min(statementStart, bytes.Length)..]);
                    if (!holding)
                    {
                        Emit(bytes[emitted..], SegmentKind.Sql);
                    }

                    return;
                case SqlEvent.StatementBegins:
                    statement.ResetWrittenCount();
                    schema.Begin();
                    statementTooLong = false;
                    statementStart = position;
                    statementLine = newlines + 1;
                    if (bytes[position] == 'C' && !tokenizer.BeginsWithOperator)
                    {
                        Emit(bytes[emitted..position], SegmentKind.Sql);
                        emitted = position;
                        holding = true;
                    }

                    break;
                case SqlEvent.FirstWord when holding && tokenizer.FirstWord != "copy":
                    ReleaseHeld();
                    break;
                case SqlEvent.StatementEnds:
                    EndStatement(bytes, statementStart, position, ref emitted);
                    statementStart = position;
                    break;
                case SqlEvent.CommentEnds when !tokenizer.InStatement:
                    EmitSectionBefore(bytes, position, ref emitted);
                    ObserveComment();
                    break;
                case SqlEvent.Ambiguous:
                    AddHazard(ScriptHazardKind.Ambiguous, tokenizer.Ambiguity);
                    break;
                case SqlEvent.DoubtfulBackslash:
                    hazards.ObserveDoubtfulBackslash(statementLine, Position);
                    break;
                case SqlEvent.Backslash:
                    ReleaseHeld();
                    KeepStatement(bytes[statementStart..position]);
                    Emit(bytes[emitted..position], SegmentKind.Sql);
                    line.ResetWrittenCount();
                    mode = Mode.MetaLine;
                    break;
            }

            // Nothing of an idle stretch belongs to a statement.
            if (!tokenizer.InStatement)
            {
                statementStart = position;
            }
        }
    }

    /// <summary>Emits what earlier chunks held back of a statement that might have been a COPY; the rest is still in the chunk.</summary>
    private void ReleaseHeld()
    {
        if (holding)
        {
            holding = false;
            Emit(statement.WrittenSpan[..heldLength], SegmentKind.Sql);
            heldLength = 0;
        }
    }

    private void KeepStatement(ReadOnlySpan<byte> part)
    {
        if (!tokenizer.InStatement || part.IsEmpty)
        {
            return;
        }

        if (InSchema)
        {
            schema.Append(part);
        }

        if (statementTooLong)
        {
            return;
        }

        if (statement.WrittenCount + part.Length > MaximumStatement)
        {
            // No statement that matters here is that long. What was held back is no COPY header then.
            ReleaseHeld();
            statementTooLong = true;
            if (statement.WrittenCount == 0)
            {
                statement.Write(part[..Math.Min(part.Length, MaximumStatement)]);
            }

            return;
        }

        statement.Write(part);
        if (holding)
        {
            heldLength = statement.WrittenCount;
        }
    }

    private void EndStatement(ReadOnlySpan<byte> bytes, int start, int end, ref int emitted)
    {
        var tail = bytes[start..end];
        ReadOnlySpan<byte> text;
        if (statementTooLong)
        {
            text = default;
        }
        else if (statement.WrittenCount == 0)
        {
            text = tail;
        }
        else
        {
            statement.Write(tail);
            text = statement.WrittenSpan;
        }

        // A long statement is judged by its beginning: what it is stands there.
        var isWhole = !statementTooLong;
        statements.Observe(isWhole ? text : statement.WrittenSpan, isWhole, landmarks.Trailers > 0 && landmarks.IsBetweenDumps, Position);
        if (InSchema)
        {
            schema.End(tokenizer.FirstWord, isWhole ? text : statement.WrittenSpan, tail);
        }

        if (holding)
        {
            BeginCopy(text, end, ref emitted);
        }
        else
        {
            ObserveStatement(text);
        }

        statement.ResetWrittenCount();
    }

    private void BeginCopy(ReadOnlySpan<byte> text, int end, ref int emitted)
    {
        holding = false;
        heldLength = 0;
        var header = encoding.GetString(text);
        line.ResetWrittenCount();
        if (CopyHeader.TryParse(header, out var table, out var columns))
        {
            tally.Begin(table, columns, header, landmarks.TakeViaRoot());
            line.Write(text);
            headerLength = text.Length;
            mode = Mode.CopyHeaderEnd;
        }
        else
        {
            AddHazard(ScriptHazardKind.ForeignCopy, header);
            Emit(text, SegmentKind.Sql);
        }

        emitted = end;
    }

    private void ObserveStatement(ReadOnlySpan<byte> text)
    {
        if (tokenizer.FirstWord == "select")
        {
            dataStatements.Observe(text);
        }
        else if (tokenizer.FirstWord == "copy")
        {
            AddHazard(ScriptHazardKind.ForeignCopy, Encoding.UTF8.GetString(text[..Math.Min(200, text.Length)]));
        }

        hazards.ObserveStatement(tokenizer.FirstWord, text, Position);
        if (hazards.ClientEncoding is { } chosen && chosen != encodingName)
        {
            encodingName = chosen;
            encoding = DumpEncoding.For(chosen);
        }
    }

    /// <summary>A section begins with a comment: what precedes it is emitted apart, still as part of the section that it belongs to.</summary>
    private void EmitSectionBefore(ReadOnlySpan<byte> bytes, int commentEnd, ref int emitted)
    {
        var comment = tokenizer.Comment;
        if (landmarks.BeginsSection(comment))
        {
            // Part of a comment that the chunk's edge cuts was emitted already: then the rest goes there, too.
            var start = commentEnd - comment.Length;
            var end = start >= emitted ? start : commentEnd;
            Emit(bytes[emitted..end], SegmentKind.Sql);
            emitted = end;
        }
    }

    private void ObserveComment()
    {
        if (landmarks.Observe(tokenizer.Comment))
        {
            statements.BeginSection();
        }
    }

    private void ScanMetaLine(ReadOnlySpan<byte> bytes, ref int position)
    {
        if (!TakeLine(bytes, ref position))
        {
            return;
        }

        mode = Mode.Sql;
        var text = Encoding.UTF8.GetString(line.WrittenSpan);
        if (!tokenizer.InStatement && !lineHasText && restricted.Take(text))
        {
            Emit(line.WrittenSpan, SegmentKind.Restrict);
        }
        else
        {
            AddHazard(ScriptHazardKind.MetaCommand, text);
            Emit(line.WrittenSpan, SegmentKind.Sql);
        }

        newlines++;
        lineHasText = false;
        line.ResetWrittenCount();
    }

    private void ScanCopyHeaderEnd(ReadOnlySpan<byte> bytes, ref int position)
    {
        if (!TakeLine(bytes, ref position))
        {
            return;
        }

        // psql runs what stands behind the semicolon only after the rows, so it must be nothing.
        if (!line.WrittenSpan[headerLength..].Trim(" \t\r\n"u8).IsEmpty)
        {
            AddHazard(ScriptHazardKind.ForeignCopy, Encoding.UTF8.GetString(line.WrittenSpan[headerLength..]));
        }

        Emit(line.WrittenSpan, SegmentKind.CopyHeader);
        line.ResetWrittenCount();
        newlines++;
        lineHasText = false;
        mode = Mode.CopyRows;
    }

    private void ScanCopyRows(ReadOnlySpan<byte> bytes, ref int position)
    {
        var emitted = position;
        var rows = tally.Current;
        while (position < bytes.Length)
        {
            var rest = bytes[position..];
            if (line.WrittenCount > 0 || (rows.AtRowStart && rest[0] == '\\' && (rest.Length < 4 || rest[1] == '.')))
            {
                // A line that may be the end mark, perhaps cut by the chunk's edge: decide on the whole of it.
                Emit(bytes[emitted..position], SegmentKind.CopyRows);
                if (DecideEndMark(bytes, ref position))
                {
                    return;
                }

                emitted = position;
                continue;
            }

            var newline = rest.IndexOf((byte)'\n');
            if (newline < 0)
            {
                rows.AddPart(rest);
                position = bytes.Length;
                break;
            }

            rows.EndRow(rest[..newline]);
            newlines++;
            position += newline + 1;
        }

        Emit(bytes[emitted..position], SegmentKind.CopyRows);
    }

    /// <summary>Gathers up to four bytes at a row's start; true when they are the end mark.</summary>
    private bool DecideEndMark(ReadOnlySpan<byte> bytes, ref int position)
    {
        while (position < bytes.Length)
        {
            line.Write(bytes.Slice(position++, 1));
            var seen = line.WrittenSpan;
            if (seen.SequenceEqual("\\.\n"u8) || seen.SequenceEqual("\\.\r\n"u8))
            {
                Emit(seen, SegmentKind.CopyEnd);
                line.ResetWrittenCount();
                newlines++;
                tally.End();
                mode = Mode.Sql;
                return true;
            }

            if ("\\.\r\n"u8.StartsWith(seen))
            {
                continue;
            }

            var rows = tally.Current;
            if (seen[^1] == '\n')
            {
                rows.EndRow(seen[..^1]);
                newlines++;
            }
            else
            {
                rows.AddPart(seen);
            }

            Emit(seen, SegmentKind.CopyRows);
            line.ResetWrittenCount();
            return false;
        }

        return false;
    }

    /// <summary>Adds the rest of the line to <see cref="line"/>; true when it is complete.</summary>
    private bool TakeLine(ReadOnlySpan<byte> bytes, ref int position)
    {
        var newline = bytes[position..].IndexOf((byte)'\n');
        var end = newline < 0 ? bytes.Length : position + newline + 1;
        line.Write(bytes[position..end]);
        position = end;
        return newline >= 0;
    }

    private void CountLines(ReadOnlySpan<byte> bytes)
    {
        newlines += bytes.Count((byte)'\n');
        var last = bytes.LastIndexOf((byte)'\n');
        var tail = bytes[(last + 1)..].Trim(" \t\r"u8);
        lineHasText = (last < 0 && lineHasText) || !tail.IsEmpty;
    }

    private void AddHazard(ScriptHazardKind kind, string text) => hazards.Report(kind, Position, text);

    private void Emit(ReadOnlySpan<byte> bytes, SegmentKind kind)
    {
        if (!bytes.IsEmpty)
        {
            segments?.OnSegment(bytes, new SegmentTag(kind, landmarks.Section, kind is SegmentKind.CopyHeader or SegmentKind.CopyRows or SegmentKind.CopyEnd ? tally.Run : null));
        }
    }
}
