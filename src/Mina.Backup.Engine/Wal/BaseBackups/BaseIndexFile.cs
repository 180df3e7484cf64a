using System.Buffers;
using System.Text.Json;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>The index of a base backup as a file: JSON lines in gzip members, inside an OpenPGP message where the backup is.</summary>
internal static class BaseIndexFile
{
    private const int FormatVersion = 1;
    private const int BlockSize = 1 << 20;

    /// <summary>Writes the index into a container, its archives in the order of the manifest.</summary>
    public static async Task WriteAsync(BaseIndex index, IReadOnlyList<uint?> tablespaces, ContainerWriter writer, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(BlockSize);
        foreach (var line in Lines(index, tablespaces))
        {
            using (var json = new Utf8JsonWriter(buffer))
            {
                JsonSerializer.Serialize(json, line, BaseBackupJson.Default.BaseIndexLine);
            }

            buffer.Write("\n"u8);
            if (buffer.WrittenCount >= BlockSize)
            {
                await FlushAsync(buffer, writer, cancellationToken);
            }
        }

        await FlushAsync(buffer, writer, cancellationToken);
    }

    /// <summary>Reads and validates the index of a base backup.</summary>
    /// <exception cref="IntegrityException"><c>IndexUnreadable</c>.</exception>
    /// <exception cref="EncryptionException">The keys do not open it.</exception>
    public static async Task<BaseIndex> ReadAsync(IBackupStore store, BaseBackupManifest manifest, KeyRing keys, CancellationToken cancellationToken)
    {
        var text = new MemoryStream();
        ContainerReadTotals totals;
        try
        {
            await using var stream = await store.OpenReadAsync(manifest.Index.Name, cancellationToken);
            await using var container = await ContainerReader.OpenAsync(stream, keys, manifest.Index.Name, cancellationToken);
            await foreach (var block in container.ReadBlocksAsync(cancellationToken))
            {
                using (block)
                {
                    text.Write(block.Span);
                }
            }

            totals = container.Totals;
        }
        catch (IntegrityException error)
        {
            throw IndexFile.Unreadable(manifest.Name, error.Message, error);
        }
        catch (StorageException error) when (error.Definition == ErrorCatalog.ObjectNotFound)
        {
            throw IndexFile.Unreadable(manifest.Name, $"The file {manifest.Index.Name} is missing.", error);
        }

        if (totals.StoredLength != manifest.Index.Size || totals.Sha256 != manifest.Index.Sha256)
        {
            throw IndexFile.Unreadable(manifest.Name, $"Size or SHA-256 of {manifest.Index.Name} is not that of the manifest.");
        }

        return Parse(text.GetBuffer().AsSpan(0, (int)text.Length), manifest);
    }

    private static BaseIndex Parse(ReadOnlySpan<byte> text, BaseBackupManifest manifest)
    {
        var archives = new List<BaseIndexArchive>();
        BaseIndexHeader? header = null;
        BaseIndexEnd? end = null;
        foreach (var range in text.Split((byte)'\n'))
        {
            if (range.Start.Value == range.End.Value)
            {
                continue;
            }

            var line = ParseLine(text[range], manifest);
            header ??= line.Header ?? throw IndexFile.Unreadable(manifest.Name, "It does not start with a header.");
            end = line.End ?? end;
            if (line.Archive is not null)
            {
                archives.Add(new BaseIndexArchive(new List<TarEntry>(), new List<MemberLocation>()));
            }
            else if (line.Entry is { } entry && archives.Count > 0)
            {
                ((List<TarEntry>)archives[^1].Entries).Add(entry);
            }
            else if (line.Member is { } member && archives.Count > 0)
            {
                ((List<MemberLocation>)archives[^1].Members).Add(member);
            }
        }

        var counted = new BaseIndexEnd(archives.Count, archives.Sum(archive => archive.Entries.Count), archives.Sum(archive => archive.Members.Count));
        if (header?.Backup != manifest.Name || header.FormatVersion is < 1 or > FormatVersion || end != counted || archives.Count != manifest.Archives.Count)
        {
            throw IndexFile.Unreadable(manifest.Name, "It is incomplete, or belongs to something else.");
        }

        return FindProblem(archives) is { } problem ? throw IndexFile.Unreadable(manifest.Name, problem) : new BaseIndex(manifest.Name, archives);
    }

    private static BaseIndexLine ParseLine(ReadOnlySpan<byte> json, BaseBackupManifest manifest)
    {
        try
        {
            return JsonSerializer.Deserialize(json, BaseBackupJson.Default.BaseIndexLine) ?? throw IndexFile.Unreadable(manifest.Name, "A line is empty.");
        }
        catch (JsonException error)
        {
            throw IndexFile.Unreadable(manifest.Name, $"A line is not as the format says ({error.Path ?? "$"}).", error);
        }
    }

    // Names are used to write files, places to read them: both are checked before anything is done with them.
    private static string? FindProblem(List<BaseIndexArchive> archives)
    {
        foreach (var archive in archives)
        {
            long offset = 0;
            long plain = 0;
            foreach (var member in archive.Members)
            {
                if (member.Offset != offset || member.Length <= 0 || member.PlainLength < 0 || member.PlainLength > GzipMember.MaxPlainLength)
                {
                    return "Its members do not stand one behind the other.";
                }

                offset += member.Length;
                plain += member.PlainLength;
            }

            long position = 0;
            foreach (var entry in archive.Entries)
            {
                if (!entry.IsContained || entry.Size < 0 || entry.Offset < position || entry.Offset + entry.Size > plain)
                {
                    return $"Its entry {entry.Name} cannot stand where it says.";
                }

                position = entry.Offset + entry.Size;
            }
        }

        return null;
    }

    private static IEnumerable<BaseIndexLine> Lines(BaseIndex index, IReadOnlyList<uint?> tablespaces)
    {
        yield return new BaseIndexLine { Header = new BaseIndexHeader(FormatVersion, index.Backup) };
        foreach (var (archive, tablespace) in index.Archives.Zip(tablespaces))
        {
            yield return new BaseIndexLine { Archive = new BaseIndexArchiveLine(tablespace) };
            foreach (var entry in archive.Entries)
            {
                yield return new BaseIndexLine { Entry = entry };
            }

            foreach (var member in archive.Members)
            {
                yield return new BaseIndexLine { Member = member };
            }
        }

        yield return new BaseIndexLine
        {
            End = new BaseIndexEnd(index.Archives.Count, index.Archives.Sum(archive => archive.Entries.Count), index.Archives.Sum(archive => archive.Members.Count)),
        };
    }

    private static async Task FlushAsync(ArrayBufferWriter<byte> buffer, ContainerWriter writer, CancellationToken cancellationToken)
    {
        for (var at = 0; at < buffer.WrittenCount; at += BlockSize)
        {
            var piece = buffer.WrittenMemory.Slice(at, Math.Min(BlockSize, buffer.WrittenCount - at));
            var block = PlainBlock.Rent(piece.Length);
            piece.Span.CopyTo(block.Buffer);
            block.Length = piece.Length;
            await writer.WriteAsync(block, cancellationToken);
        }

        buffer.ResetWrittenCount();
    }
}
