namespace Mina.Backup.Engine.Container;

/// <summary>
/// Where the bytes of the content stand in an encrypted file of ours. Both packets have fixed partial lengths
/// (<see cref="PartialLength"/>), so three numbers suffice: where the data packet's lengths begin, the file's size and the literal
/// header's size. CFB decrypts from any block on, given the cipher block before it.
/// </summary>
internal sealed class MessageLayout : IDisposable
{
    private const int Block = 16;
    private const int PrefixLength = Block + 2;
    private const int MdcLength = 22;
    private readonly SessionKey key;
    private readonly long bodyStart;
    private readonly long bodyFramed;
    private readonly long literalFramed;
    private readonly int literalHeader;

    private MessageLayout(SessionKey key, long bodyStart, long storedLength, int literalHeader)
    {
        this.key = key;
        this.bodyStart = bodyStart;
        this.literalHeader = literalHeader;
        bodyFramed = storedLength - bodyStart;
        // Body: version octet, prefix, literal tag, framed literal, MDC packet.
        literalFramed = PartialLength.BodyLength(bodyFramed) - 1 - PrefixLength - 1 - MdcLength;
    }

    /// <summary>Reads a message's beginning, and that of its content. <c>BackupNotRecognized</c> when the message is not laid out as this product does.</summary>
    public static async ValueTask<(MessageLayout Layout, ReadOnlyMemory<byte> Start)> ReadAsync(
        ByteSource source, long storedLength, KeyRing keys, ContainerErrors errors, CancellationToken cancellationToken)
    {
        // Looked at before the packets are read: a session key packet is shorter than this.
        var start = await source.PeekAsync(16 << 10, cancellationToken).ConfigureAwait(false);
        var bodyStart = FindBody(start.Span, errors);
        var first = start.Span[(int)bodyStart..] is [var octet, ..] ? octet : (byte)0;
        using var message = await OpenPgpMessage.OpenAsync(source, keys, errors, cancellationToken).ConfigureAwait(false);
        if (first is not (PartialLength.ChunkHeader or 255) || !message.IsDirect || message.Key.Algorithm != SymmetricAlgorithmId.Aes256)
        {
            throw errors.NotRecognized("its OpenPGP message was made by another program, so its members cannot be read one by one", "Read it from its start.");
        }

        var content = await new ByteSource(message.Content).PeekAsync(512, cancellationToken).ConfigureAwait(false);
        return (new MessageLayout(message.Key.Copy(), bodyStart, storedLength, message.LiteralHeaderLength), content);
    }

    /// <summary>Range of the stored file that a range of the content needs.</summary>
    public (long Offset, int Count) ToStored(long offset, int length)
    {
        var (from, to) = Ciphertext(offset, length);
        var first = PartialLength.ToFramed(from + 1, bodyFramed);
        var last = PartialLength.ToFramed(to, bodyFramed);
        return (bodyStart + first, checked((int)(last + 1 - first)));
    }

    /// <summary>
    /// Turns what <see cref="ToStored"/> named into the content's bytes, in place, and returns where they begin.
    /// <see cref="InvalidDataException"/> when the packets' lengths are not as written.
    /// </summary>
    public int Open(Span<byte> stored, long offset, int length)
    {
        var (from, to) = Ciphertext(offset, length);
        var count = PartialLength.RemoveHeaders(stored, from + 1);
        if (count != to - from)
        {
            throw new InvalidDataException("The encrypted data's partial lengths do not add up.");
        }

        var cipher = stored[Block..count];
        using (var decryptor = new CfbDecryptor(key, stored[..Block]))
        {
            decryptor.Decrypt(cipher);
        }

        var skip = (int)(PlainStart(offset) - from) - Block;
        if (PartialLength.RemoveHeaders(cipher[skip..], literalHeader + offset) < length)
        {
            throw new InvalidDataException("The literal data's partial lengths do not add up.");
        }

        return Block + skip;
    }

    public void Dispose() => key.Dispose();

    /// <summary>Ciphertext from the block before the first one needed to the last octet needed.</summary>
    private (long From, long To) Ciphertext(long offset, int length)
    {
        var from = (PlainStart(offset) / Block * Block) - Block;
        return (from, PlainStart(offset + length - 1) + 1);
    }

    /// <summary>Position of a byte of the content in the decrypted data, prefix included.</summary>
    private long PlainStart(long offset) => PrefixLength + 1 + PartialLength.ToFramed(literalHeader + offset, literalFramed);

    private static long FindBody(ReadOnlySpan<byte> start, ContainerErrors errors)
    {
        long at = 0;
        while (at < start.Length && PacketHeader.TryParse(start[(int)at..], out var header, out var used))
        {
            if (header.Tag == PacketTag.IntegrityProtectedData)
            {
                return at + 1;
            }

            at += used + (header.Length ?? start.Length);
        }

        throw errors.NotRecognized("its OpenPGP message does not begin as those of this product", "Read it from its start.");
    }
}
