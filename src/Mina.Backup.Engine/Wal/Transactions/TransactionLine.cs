using System.Buffers.Text;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>
/// Reads what pg_waldump writes of a transaction's end: <c>COMMIT 2026-11-24 15:16:30.020471 UTC; rels: base/5/16392; subxacts: 727 729; dropped stats: 2/5/16414</c>,
/// and for a prepared one <c>COMMIT_PREPARED 730: ...</c>. The times are UTC because pg_waldump runs with that zone.
/// </summary>
internal static class TransactionLine
{
    private const int TimeLength = 26;
    private const uint RelationStatistics = 2;

    /// <summary>Reads the record; null when it ends no transaction.</summary>
    /// <exception cref="FormatException">It is not as pg_waldump writes it.</exception>
    public static TransactionEnd? Read(uint xid, ulong start, uint length, ReadOnlySpan<byte> description)
    {
        var blank = description.IndexOf((byte)' ');
        if (blank < 0)
        {
            return null;
        }

        var operation = description[..blank];
        var rest = description[(blank + 1)..];
        var committed = operation.StartsWith("COMMIT"u8);
        if (!committed && !operation.StartsWith("ABORT"u8))
        {
            return null;
        }

        var prepared = operation.EndsWith("_PREPARED"u8);
        if (prepared)
        {
            if (!Utf8Parser.TryParse(rest, out xid, out var used) || !rest[used..].StartsWith(": "u8))
            {
                throw new FormatException($"pg_waldump names no transaction in: {System.Text.Encoding.UTF8.GetString(description)}");
            }

            rest = rest[(used + 2)..];
        }

        var outcome = !committed ? TransactionOutcome.Aborted : prepared ? TransactionOutcome.CommittedPrepared : TransactionOutcome.Committed;
        var details = rest.Contains((byte)';') ? ReadDetails(rest, committed) : null;
        return new TransactionEnd(xid, outcome, committed ? ReadTime(rest) : 0, start, length, details);
    }

    private static TransactionDetails ReadDetails(ReadOnlySpan<byte> text, bool committed) => new()
    {
        Subtransactions = ReadSubtransactions(text),
        DroppedFiles = committed ? ReadFiles(text) : [],
        DroppedRelations = committed ? ReadStatistics(text) : [],
    };

    private static long ReadTime(ReadOnlySpan<byte> text)
    {
        // 2026-11-24 15:16:30.020471 UTC
        if (text.Length < TimeLength || !TryDigits(text, 0, 4, out var year) || !TryDigits(text, 5, 2, out var month) || !TryDigits(text, 8, 2, out var day)
            || !TryDigits(text, 11, 2, out var hour) || !TryDigits(text, 14, 2, out var minute) || !TryDigits(text, 17, 2, out var second)
            || !TryDigits(text, 20, 6, out var microsecond) || !text[TimeLength..].StartsWith(" UTC"u8))
        {
            throw new FormatException($"pg_waldump wrote a time that is not understood: {System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)])}");
        }

        return new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + (microsecond * TimeSpan.TicksPerMicrosecond);
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, int place, int count, out int value) =>
        Utf8Parser.TryParse(text.Slice(place, count), out value, out var used) && used == count;

    private static uint[] ReadSubtransactions(ReadOnlySpan<byte> text)
    {
        if (!TryFindPart(text, "; subxacts:"u8, out var part))
        {
            return [];
        }

        List<uint> found = [];
        while (TryNext(ref part, out var word))
        {
            if (Utf8Parser.TryParse(word, out uint xid, out _))
            {
                found.Add(xid);
            }
        }

        return [.. found];
    }

    private static RelationFile[] ReadFiles(ReadOnlySpan<byte> text)
    {
        if (!TryFindPart(text, "; rels:"u8, out var part))
        {
            return [];
        }

        List<RelationFile> found = [];
        while (TryNext(ref part, out var word))
        {
            if (RelationPath.TryRead(word, out var file))
            {
                found.Add(file);
            }
        }

        return [.. found];
    }

    private static DroppedRelation[] ReadStatistics(ReadOnlySpan<byte> text)
    {
        if (!TryFindPart(text, "; dropped stats:"u8, out var part))
        {
            return [];
        }

        List<DroppedRelation> found = [];
        while (TryNext(ref part, out var word))
        {
            // Kind, database and object: the same shape as a file's three numbers.
            if (WaldumpLine.TryReadFileNumbers(word, out var numbers) && numbers.Tablespace == RelationStatistics)
            {
                found.Add(new DroppedRelation(numbers.Database, numbers.Filenode));
            }
        }

        return [.. found];
    }

    private static bool TryFindPart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> title, out ReadOnlySpan<byte> part)
    {
        part = default;
        var place = text.IndexOf(title);
        if (place < 0)
        {
            return false;
        }

        part = text[(place + title.Length)..];
        var stop = part.IndexOf((byte)';');
        part = stop < 0 ? part : part[..stop];
        return true;
    }

    private static bool TryNext(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> word)
    {
        text = text.TrimStart((byte)' ');
        var blank = text.IndexOf((byte)' ');
        word = blank < 0 ? text : text[..blank];
        text = blank < 0 ? default : text[blank..];
        return !word.IsEmpty;
    }
}
