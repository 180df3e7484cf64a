namespace Mina.Backup.Engine.Container;

/// <summary>Reads OpenPGP packets, old and new format, one after the other.</summary>
internal sealed class PacketReader(ByteSource source, ContainerErrors errors)
{
    /// <summary>Session key packets, signatures and markers are small; a greater claim is damage.</summary>
    private const int MaxSmallPacket = 64 << 10;

    private Func<bool> previousEnded = static () => true;

    /// <summary>Reads the next packet's header; null at the end. The body of the packet before must have been read to its end.</summary>
    public async ValueTask<PacketHeader?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        if (!previousEnded())
        {
            throw new InvalidOperationException("The packet before was not read to its end.");
        }

        var bytes = await source.PeekAsync(PacketHeader.MaxLength, cancellationToken).ConfigureAwait(false);
        if (bytes.IsEmpty)
        {
            return null;
        }

        if (PacketHeader.TagOf(bytes.Span[0]) is null)
        {
            throw errors.Corrupt("an OpenPGP packet begins with an octet that none can begin with");
        }

        if (!PacketHeader.TryParse(bytes.Span, out var header, out var used))
        {
            throw errors.Truncated("the header of an OpenPGP packet");
        }

        source.Advance(used);
        return header;
    }

    /// <summary>The body of the packet whose header was just read.</summary>
    public PacketBody OpenBody(PacketHeader header)
    {
        var body = new PacketBody(source, header, errors);
        previousEnded = () => body.AtEnd;
        return body;
    }

    /// <summary>The whole body of a small packet.</summary>
    public async ValueTask<byte[]> ReadSmallAsync(PacketHeader header, CancellationToken cancellationToken)
    {
        if (header.Partial || header.Length is not { } length || length > MaxSmallPacket)
        {
            throw errors.Corrupt($"the length of an OpenPGP packet of tag {header.Tag} makes no sense");
        }

        var body = new byte[length];
        if (await source.ReadFullyAsync(body, cancellationToken).ConfigureAwait(false) < length)
        {
            throw errors.Truncated($"an OpenPGP packet of tag {header.Tag}");
        }

        return body;
    }
}

/// <summary>The body of one packet.</summary>
internal sealed class PacketBody(ByteSource source, PacketHeader header, ContainerErrors errors) : ReadOnlyStream
{
    private long left = header.Length ?? long.MaxValue;
    private bool partial = header.Partial;

    /// <summary>Whether the body was read to its end.</summary>
    public bool AtEnd { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (left == 0 && partial)
        {
            await NextPartAsync(cancellationToken).ConfigureAwait(false);
        }

        if (left == 0)
        {
            AtEnd = true;
        }

        if (AtEnd || buffer.IsEmpty)
        {
            return 0;
        }

        var read = await source.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken).ConfigureAwait(false);
        if (read > 0)
        {
            left -= read;
            return read;
        }

        // Without a length the body ends where the data end (RFC 4880, 4.2.1).
        AtEnd = header.Length is null ? true : throw errors.Truncated($"an OpenPGP packet of tag {header.Tag}");
        return 0;
    }

    private async ValueTask NextPartAsync(CancellationToken cancellationToken)
    {
        var bytes = await source.PeekAsync(PacketHeader.MaxLength - 1, cancellationToken).ConfigureAwait(false);
        if (bytes.IsEmpty || !PacketHeader.TryParseLength(bytes.Span, out left, out partial, out var used))
        {
            throw errors.Truncated($"an OpenPGP packet of tag {header.Tag}");
        }

        source.Advance(used);
    }
}
