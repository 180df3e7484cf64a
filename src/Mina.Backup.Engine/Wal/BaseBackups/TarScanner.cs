using System.Text;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// Reads a POSIX tar (ustar, as PostgreSQL writes it) that comes in pieces of any size, and hands out entries and their content.
/// <see cref="InvalidDataException"/> when it is not one. Not for several threads.
/// </summary>
internal sealed class TarScanner(ITarContent content)
{
    /// <summary>Bytes of a header and unit of padding.</summary>
    public const int BlockSize = 512;

    private const int NameLength = 100;
    private readonly byte[] header = new byte[BlockSize];
    private int headerLength;
    private long contentLeft;
    private long paddingLeft;
    private int zeroBlocks;
    private TarEntry? entry;

    /// <summary>Bytes taken so far.</summary>
    public long Position { get; private set; }

    /// <summary>Whether the two blocks of zeros that end a tar were seen.</summary>
    public bool IsComplete => zeroBlocks >= 2;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var used = Step(bytes);
            Position += used;
            bytes = bytes[used..];
            if (entry is not null && contentLeft == 0)
            {
                content.End(entry);
                entry = null;
            }
        }
    }

    private int Step(ReadOnlySpan<byte> bytes)
    {
        if (contentLeft > 0)
        {
            var piece = (int)Math.Min(contentLeft, bytes.Length);
            content.Content(bytes[..piece]);
            contentLeft -= piece;
            return piece;
        }

        if (paddingLeft > 0)
        {
            var piece = (int)Math.Min(paddingLeft, bytes.Length);
            paddingLeft -= piece;
            return piece;
        }

        var part = Math.Min(BlockSize - headerLength, bytes.Length);
        bytes[..part].CopyTo(header.AsSpan(headerLength));
        headerLength += part;
        if (headerLength == BlockSize)
        {
            headerLength = 0;
            TakeHeader(Position + part);
        }

        return part;
    }

    private void TakeHeader(long contentStart)
    {
        if (!header.AsSpan().ContainsAnyExcept((byte)0))
        {
            zeroBlocks++;
            return;
        }

        if (zeroBlocks > 0)
        {
            throw new InvalidDataException("An entry follows the end of the tar.");
        }

        entry = ReadHeader(contentStart);
        contentLeft = entry.Size;
        paddingLeft = (BlockSize - (entry.Size % BlockSize)) % BlockSize;
        content.Begin(entry);
    }

    private TarEntry ReadHeader(long contentStart)
    {
        if (Number(header.AsSpan(148, 8)) != Checksum())
        {
            throw new InvalidDataException("The checksum of an entry's header in the tar is wrong.");
        }

        var kind = header[156] switch
        {
            (byte)'0' or 0 => TarEntryKind.File,
            (byte)'5' => TarEntryKind.Directory,
            (byte)'2' => TarEntryKind.Link,
            var other => throw new InvalidDataException($"The tar has an entry of the unknown type '{(char)other}'."),
        };
        var prefix = Text(header.AsSpan(345, 155));
        var name = Text(header.AsSpan(0, NameLength));
        name = (prefix.Length == 0 ? name : $"{prefix}/{name}").TrimEnd('/');
        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        return new TarEntry(
            name,
            kind,
            (int)Number(header.AsSpan(100, 8)) & 0x1ff,
            kind == TarEntryKind.File ? Number(header.AsSpan(124, 12)) : 0,
            contentStart,
            kind == TarEntryKind.Link ? Text(header.AsSpan(157, NameLength)) : null);
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    // The checksum is taken with its own field as blanks.
    private long Checksum()
    {
        long sum = 0;
        for (var i = 0; i < BlockSize; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        }

        return sum;
    }

    private static long Number(ReadOnlySpan<byte> field)
    {
        // PostgreSQL, as GNU tar, writes what octal digits cannot hold in base 256, with the first bit set.
        if ((field[0] & 0x80) != 0)
        {
            long value = field[0] & 0x7f;
            foreach (var octet in field[1..])
            {
                value = checked((value << 8) | octet);
            }

            return value;
        }

        long result = 0;
        foreach (var octet in field)
        {
            if (octet is >= (byte)'0' and <= (byte)'7')
            {
                result = checked((result * 8) + octet - '0');
            }
            else if (octet is not ((byte)' ' or 0))
            {
                throw new InvalidDataException("A number in an entry's header in the tar is not one.");
            }
        }

        return result;
    }
}
