using System.IO.Compression;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// An opened OpenPGP message, ours or a foreign one: session key packets, integrity protected data, in it an optional compressed
/// packet and signatures around a literal packet (RFC 4880, 11.3).
/// </summary>
internal sealed class OpenPgpMessage : IDisposable
{
    private const int MaxNesting = 4;
    private readonly PacketReader outer;
    private readonly PacketBody body;
    private readonly ProtectedDataStream data;
    private readonly List<(PacketReader Packets, Stream? Stream)> layers = [];
    private readonly ContainerErrors errors;
    private PacketBody? literal;

    private OpenPgpMessage(PacketReader outer, PacketBody body, ProtectedDataStream data, SessionKeyPackets keys, SessionKey key, ContainerErrors errors)
    {
        this.outer = outer;
        this.body = body;
        this.data = data;
        this.errors = errors;
        Keys = keys;
        Key = key;
    }

    /// <summary>The session key packets.</summary>
    public SessionKeyPackets Keys { get; }

    /// <summary>The session key; wiped with the message.</summary>
    public SessionKey Key { get; }

    /// <summary>Octets of the literal packet's header: format, name, date.</summary>
    public int LiteralHeaderLength { get; private set; }

    /// <summary>The literal packet's content.</summary>
    public Stream Content => literal ?? throw new InvalidOperationException("The message was not opened.");

    /// <summary>Whether the literal packet stands directly in the encrypted data, as in messages of this product.</summary>
    public bool IsDirect => layers.Count == 1;

    /// <summary>Opens a message whose first octet is next. Encryption and integrity failures as <see cref="ContainerReader"/> reports them.</summary>
    public static async ValueTask<OpenPgpMessage> OpenAsync(ByteSource source, KeyRing ring, ContainerErrors errors, CancellationToken cancellationToken)
    {
        var outer = new PacketReader(source, errors);
        var keys = await SessionKeyPackets.ReadAsync(outer, errors, cancellationToken).ConfigureAwait(false);
        var body = outer.OpenBody(keys.DataHeader);
        var start = new byte[1 + SessionKeyProbe.Length];
        if (await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < start.Length)
        {
            throw errors.Truncated("the encrypted data");
        }

        if (start[0] != 1)
        {
            throw errors.NotRecognized($"its encrypted data packet has version {start[0]}", "Decrypt the file with the program that made it.");
        }

        var key = keys.FindKey(ring, start.AsSpan(1), errors);
        var data = new ProtectedDataStream(body, start.AsMemory(1), key, errors);
        var message = new OpenPgpMessage(outer, body, data, keys, key, errors);
        try
        {
            await message.FindLiteralAsync(cancellationToken).ConfigureAwait(false);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>Wipes the session key and the decrypted bytes still in memory.</summary>
    public void Dispose()
    {
        data.Dispose();
        body.Dispose();
        Key.Dispose();
    }

    /// <summary>Reads everything behind the content, so that the MDC was compared and nothing follows the message.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        for (var i = layers.Count - 1; i >= 0; i--)
        {
            while (await layers[i].Packets.ReadHeaderAsync(cancellationToken).ConfigureAwait(false) is { } header)
            {
                if (header.Tag != PacketTag.Signature)
                {
                    throw errors.Corrupt($"an OpenPGP packet of tag {header.Tag} follows the content");
                }

                await layers[i].Packets.ReadSmallAsync(header, cancellationToken).ConfigureAwait(false);
            }

            await DrainAsync(i > 0 ? layers[i].Stream! : data, cancellationToken).ConfigureAwait(false);
        }

        await DrainAsync(body, cancellationToken).ConfigureAwait(false);
        if (!data.Verified)
        {
            throw errors.Corrupt("the integrity check of the OpenPGP message (MDC) was not reached");
        }

        if (await outer.ReadHeaderAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            throw errors.Corrupt("something follows the end of the OpenPGP message");
        }
    }

    private static async ValueTask DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        var waste = new byte[4096];
        while (await stream.ReadAsync(waste, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }

    private async ValueTask FindLiteralAsync(CancellationToken cancellationToken)
    {
        layers.Add((new PacketReader(new ByteSource(data), errors), null));
        while (literal is null)
        {
            var packets = layers[^1].Packets;
            var header = await packets.ReadHeaderAsync(cancellationToken).ConfigureAwait(false)
                ?? throw errors.Corrupt("the OpenPGP message holds no data");
            switch (header.Tag)
            {
                case PacketTag.Literal:
                    literal = packets.OpenBody(header);
                    await SkipLiteralHeaderAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case PacketTag.Compressed when layers.Count < MaxNesting:
                    await DescendAsync(packets.OpenBody(header), cancellationToken).ConfigureAwait(false);
                    break;
                case PacketTag.OnePassSignature or PacketTag.Signature or PacketTag.Marker:
                    await packets.ReadSmallAsync(header, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw errors.Corrupt($"an OpenPGP packet of tag {header.Tag} stands where data are expected");
            }
        }
    }

    private async ValueTask DescendAsync(PacketBody compressed, CancellationToken cancellationToken)
    {
        var algorithm = new byte[1];
        if (await compressed.ReadAsync(algorithm, cancellationToken).ConfigureAwait(false) == 0)
        {
            throw errors.Corrupt("an OpenPGP compressed packet is empty");
        }

        Stream inflated = algorithm[0] switch
        {
            0 => compressed,
            1 => new DeflateStream(compressed, CompressionMode.Decompress),
            2 => new ZLibStream(compressed, CompressionMode.Decompress),
            _ => throw errors.NotRecognized(
                $"its OpenPGP layer is compressed with algorithm {algorithm[0]}",
                "Decrypt it with gpg --decrypt, and restore the result."),
        };
        var stream = new InflatedStream(inflated, compressed, errors);
        layers.Add((new PacketReader(new ByteSource(stream), errors), stream));
    }

    private async ValueTask SkipLiteralHeaderAsync(CancellationToken cancellationToken)
    {
        var header = new byte[2 + 255 + 4];
        await FillAsync(header.AsMemory(0, 2), cancellationToken).ConfigureAwait(false);
        await FillAsync(header.AsMemory(2, header[1] + 4), cancellationToken).ConfigureAwait(false);
        LiteralHeaderLength = 2 + header[1] + 4;
    }

    private async ValueTask FillAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (await Content.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < target.Length)
        {
            throw errors.Corrupt("an OpenPGP literal packet is too short");
        }
    }
}

/// <summary>Inflated content of a compressed packet; names the file in its failures and, at the end, reads the packet to its end.</summary>
internal sealed class InflatedStream(Stream inflated, PacketBody compressed, ContainerErrors errors) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await inflated.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0 && !buffer.IsEmpty)
            {
                var waste = new byte[4096];
                while (await compressed.ReadAsync(waste, cancellationToken).ConfigureAwait(false) > 0)
                {
                }
            }

            return read;
        }
        catch (InvalidDataException e)
        {
            throw errors.Corrupt("the compressed data inside its OpenPGP message cannot be inflated", e);
        }
    }
}
