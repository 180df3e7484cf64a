using System.Buffers;
using System.Text.Json;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Indexes to and from JSON lines (one object a line, LF): header, tables, large objects, sequences, members, end. Lines are produced
/// one at a time, so writing an index of a great backup needs no second copy of it in memory. <see cref="IndexReader"/> reads them back.
/// </summary>
public static class IndexSerializer
{
    /// <summary>The version of the format that is written, and the greatest that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>What every line of a proof member starts with: an SQL comment to psql.</summary>
    public const string ProofPrefix = "-- mina:";

    /// <summary>Every line of an index file, in order, each with its newline. A line's bytes are valid until the next one is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> WriteLines(BackupIndex index) => Write(Lines(index, withMembers: true), []);

    /// <summary>
    /// Every line of a proof member, in order, each with its newline: the index without its members as SQL comments. The text is
    /// ASCII, so it is valid whatever the dump's encoding.
    /// </summary>
    public static IEnumerable<ReadOnlyMemory<byte>> WriteProof(BackupIndex index) =>
        Write(Lines(index, withMembers: false), "-- mina:"u8.ToArray());

    /// <summary>
    /// Reads the lines of a proof member, with or without their prefix and newline. The result has no members.
    /// </summary>
    /// <exception cref="IntegrityException"><c>IndexUnreadable</c>.</exception>
    public static BackupIndex ReadProof(IEnumerable<string> lines, string backup)
    {
        var reader = new IndexReader(backup);
        foreach (var line in lines)
        {
            var json = line.StartsWith(ProofPrefix, StringComparison.Ordinal) ? line.AsSpan(ProofPrefix.Length) : line.AsSpan();
            reader.AppendLine(System.Text.Encoding.UTF8.GetBytes(json.TrimEnd("\r\n").ToString()));
        }

        return reader.Complete();
    }

    private static IEnumerable<IndexLine> Lines(BackupIndex index, bool withMembers)
    {
        yield return new IndexLine { Header = index.Header };
        foreach (var table in index.Tables)
        {
            yield return new IndexLine { Table = table };
        }

        foreach (var largeObject in index.LargeObjects)
        {
            yield return new IndexLine { LargeObject = largeObject };
        }

        foreach (var sequence in index.Sequences)
        {
            yield return new IndexLine { Sequence = sequence };
        }

        var members = withMembers ? index.Members : [];
        foreach (var member in members)
        {
            yield return new IndexLine { Member = member };
        }

        yield return new IndexLine
        {
            End = new IndexEnd(index.Tables.Count, index.LargeObjects.Count, index.Sequences.Count, members.Count),
        };
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Write(IEnumerable<IndexLine> lines, byte[] prefix)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        foreach (var line in lines)
        {
            buffer.ResetWrittenCount();
            buffer.Write(prefix);
            writer.Reset();
            JsonSerializer.Serialize(writer, line, CatalogJson.Default.IndexLine);
            writer.Flush();
            buffer.Write("\n"u8);
            yield return buffer.WrittenMemory;
        }
    }
}
