using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Inflates foreign gzip data (RFC 1952), of one member or many. The platform's deflate stream says neither where the data end nor that
/// they were cut off, so the end is found by the member's own trailer: checksum and length, eight bytes that must stand within or right
/// behind the last piece of input it took. What follows must be another member or zeros, as gzip itself allows.
/// </summary>
internal sealed class GzipDecoder(ContentInput input) : ContentDecoder(input)
{
    private const int TrailerLength = 8;

    public override async Task DecodeAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        var stream = new PieceStream(Source);
        do
        {
            await SkipHeaderAsync(stream, cancellationToken).ConfigureAwait(false);
            await InflateMemberAsync(stream, blocks, cancellationToken).ConfigureAwait(false);
        }
        while (await AnotherMemberAsync(stream, cancellationToken).ConfigureAwait(false));
    }

    private async Task SkipHeaderAsync(PieceStream input, CancellationToken cancellationToken)
    {
        var fixedPart = new byte[10];
        for (var i = 0; i < fixedPart.Length; i++)
        {
            fixedPart[i] = await NextAsync(input, cancellationToken).ConfigureAwait(false);
        }

        if (fixedPart is not [0x1f, 0x8b, 8, ..] || (fixedPart[3] & 0xe0) != 0)
        {
            throw Errors.Corrupt("a gzip header is not valid");
        }

        var flags = fixedPart[3];
        if ((flags & 4) != 0)
        {
            var length = await NextAsync(input, cancellationToken).ConfigureAwait(false)
                | (await NextAsync(input, cancellationToken).ConfigureAwait(false) << 8);
            await SkipAsync(input, length, cancellationToken).ConfigureAwait(false);
        }

        for (var text = flags & 0x18; text != 0; text &= text - 1)
        {
            // File name and comment end in a zero.
            while (await NextAsync(input, cancellationToken).ConfigureAwait(false) != 0)
            {
            }
        }

        await SkipAsync(input, (flags & 2) != 0 ? 2 : 0, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SkipAsync(PieceStream input, int count, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            await NextAsync(input, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<byte> NextAsync(PieceStream input, CancellationToken cancellationToken)
    {
        var octet = await input.NextByteAsync(cancellationToken).ConfigureAwait(false);
        return octet >= 0 ? (byte)octet : throw Errors.Truncated("a gzip header");
    }

    private async Task InflateMemberAsync(PieceStream input, ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        var crc = new Crc32();
        long length = 0;
        using var deflate = new DeflateStream(input, CompressionMode.Decompress, leaveOpen: true);
        while (true)
        {
            var block = PlainBlock.Rent(BlockLength);
            try
            {
                block.Length = await deflate.ReadAtLeastAsync(block.Buffer.AsMemory(0, BlockLength), BlockLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidDataException e)
            {
                block.Dispose();
                throw Errors.Corrupt("its gzip data cannot be inflated", e);
            }

            if (block.Length == 0)
            {
                block.Dispose();
                break;
            }

            crc.Append(block.Span);
            length += block.Length;
            PlainLength += block.Length;
            await HandOutAsync(blocks, block, cancellationToken).ConfigureAwait(false);
        }

        await FindTrailerAsync(input, crc.GetCurrentHashAsUInt32(), (uint)length, cancellationToken).ConfigureAwait(false);
    }

    private async Task FindTrailerAsync(PieceStream input, uint crc, uint length, CancellationToken cancellationToken)
    {
        var trailer = new byte[TrailerLength];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), length);
        await input.ExtendAsync(TrailerLength, cancellationToken).ConfigureAwait(false);
        var at = input.LastPiece.Span.IndexOf(trailer);
        if (at < 0)
        {
            throw input.AskedBeyondEnd || EndsInside(input.LastPiece.Span, trailer)
                ? Errors.Truncated("its gzip data")
                : Errors.Corrupt("a gzip member's checksum or length does not fit its content, or is missing");
        }

        input.Reposition(at + TrailerLength);
    }

    /// <summary>Whether the data were cut off inside the trailer.</summary>
    private static bool EndsInside(ReadOnlySpan<byte> data, ReadOnlySpan<byte> trailer)
    {
        for (var present = trailer.Length - 1; present > 0; present--)
        {
            if (data.EndsWith(trailer[..present]))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<bool> AnotherMemberAsync(PieceStream input, CancellationToken cancellationToken)
    {
        var octet = await input.PeekByteAsync(cancellationToken).ConfigureAwait(false);
        while (octet == 0)
        {
            await input.NextByteAsync(cancellationToken).ConfigureAwait(false);
            octet = await input.PeekByteAsync(cancellationToken).ConfigureAwait(false);
            if (octet > 0)
            {
                throw Errors.Corrupt("something follows the padding behind its gzip data");
            }
        }

        return octet switch
        {
            < 0 => false,
            0x1f => true,
            _ => throw Errors.Corrupt("something that is not gzip follows its gzip data"),
        };
    }
}
