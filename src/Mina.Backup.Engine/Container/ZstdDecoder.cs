using System.Buffers;
using System.Threading.Channels;
using ZstdSharp;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Reads zstd frames one after the other: those of this product in parallel, those of other programs, which may be of any size, as a stream.
/// Skippable frames are skipped.
/// </summary>
internal sealed class ZstdDecoder : ContentDecoder
{
    // What the zstd command opens without being told to.
    private const ulong MaxWindowLength = 1UL << 27;

    // A whole member; damage could let one grow without end.
    private static readonly int MaxMemberLength = Compressor.GetCompressBound(ZstdFrame.MaxPlainLength);

    private readonly MemberQueue queue;
    private readonly MemberCodec codec;
    private byte[]? scratch;
    private Decompressor? decompressor;
    private PlainBlock? partial;
    private bool foreign;
    private long streamed;

    public ZstdDecoder(MemberCodec codec, ContentInput input)
        : base(input)
    {
        this.codec = codec;
        queue = new MemberQueue(codec, Errors);
    }

    public override IReadOnlyList<MemberLocation> Members => foreign ? [] : queue.Members;

    public override async Task DecodeAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        while (true)
        {
            var start = await Source.PeekAsync(ZstdFrame.MaxHeaderLength, cancellationToken).ConfigureAwait(false);
            if (start.IsEmpty)
            {
                break;
            }

            var frame = ReadHeader(start.Span);
            if (frame.IsOurs)
            {
                await HandOutPartialAsync(blocks, cancellationToken).ConfigureAwait(false);
                await ReadMemberAsync(frame, blocks, cancellationToken).ConfigureAwait(false);
                continue;
            }

            foreign = true;
            await (frame.IsSkippable ? SkipAsync(frame, cancellationToken) : StreamAsync(frame, blocks, cancellationToken)).ConfigureAwait(false);
        }

        await HandOutPartialAsync(blocks, cancellationToken).ConfigureAwait(false);
        await queue.CompleteAsync().ConfigureAwait(false);
        PlainLength = queue.PlainLength + streamed;
    }

    public override void Dispose()
    {
        queue.Dispose();
        decompressor?.Dispose();
        partial?.Dispose();
        base.Dispose();
    }

    private ZstdFrame ReadHeader(ReadOnlySpan<byte> start)
    {
        if (!ZstdFrame.TryRead(start, out var frame))
        {
            throw ZstdFrame.IsBeginning(start)
                ? Errors.Truncated($"the header of the {codec.MemberName} at offset {Source.Position}")
                : Errors.Corrupt($"at offset {Source.Position} of its content, no zstd frame begins where one should");
        }

        if (frame.HasDictionary)
        {
            throw Errors.NotRecognized("its zstd data need a dictionary", "Decompress it with zstd -d -D, and use the result.");
        }

        return frame.WindowLength <= MaxWindowLength || frame.IsSkippable
            ? frame
            : throw Errors.NotRecognized("its zstd data need a window of more than 128 MiB", "Decompress it with zstd -d --long=31, and use the result.");
    }

    private async ValueTask ReadMemberAsync(ZstdFrame frame, ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        var offset = Source.Position;
        var member = scratch ??= new byte[MaxMemberLength];
        var length = 0;
        await WalkAsync(
            frame,
            bytes =>
            {
                if (length + bytes.Length > member.Length)
                {
                    throw Errors.Corrupt($"the {codec.MemberName} at offset {offset} is longer than its content can be");
                }

                bytes.Span.CopyTo(member.AsSpan(length));
                length += bytes.Length;
                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        member.AsSpan(0, length).CopyTo(buffer);
        await queue.AddPackedAsync(buffer, length, offset, blocks, cancellationToken).ConfigureAwait(false);
    }

    private async Task StreamAsync(ZstdFrame frame, ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        var stream = decompressor ??= new Decompressor();
        var offset = Source.Position;
        var status = OperationStatus.NeedMoreData;
        await WalkAsync(
            frame,
            async bytes =>
            {
                do
                {
                    var block = partial ??= PlainBlock.Rent(BlockLength);
                    var target = block.Buffer.AsSpan(block.Length, BlockLength - block.Length);
                    status = stream.UnwrapStream(bytes.Span, target, out var taken, out var given);
                    if (status is OperationStatus.InvalidData || (taken == 0 && given == 0 && !bytes.IsEmpty))
                    {
                        throw Errors.Corrupt($"the {codec.MemberName} at offset {offset} cannot be decompressed or fails its checksum");
                    }

                    bytes = bytes[taken..];
                    block.Length += given;
                    if (block.Length == BlockLength)
                    {
                        await HandOutPartialAsync(blocks, cancellationToken).ConfigureAwait(false);
                    }
                }
                while (status is OperationStatus.DestinationTooSmall || !bytes.IsEmpty);
            },
            cancellationToken).ConfigureAwait(false);
        if (status != OperationStatus.Done)
        {
            throw Errors.Corrupt($"the {codec.MemberName} at offset {offset} does not end with its last block");
        }
    }

    /// <summary>Gives a frame's bytes in order: its header, headers and content of its blocks, its checksum. Takes exactly the frame.</summary>
    private async ValueTask WalkAsync(ZstdFrame frame, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        await TakeAsync(frame.HeaderLength, take, cancellationToken).ConfigureAwait(false);
        var isLast = false;
        while (!isLast)
        {
            var header = await Source.PeekAsync(ZstdFrame.BlockHeaderLength, cancellationToken).ConfigureAwait(false);
            (isLast, var length) = ReadBlockHeader(header.Span);
            await TakeAsync(ZstdFrame.BlockHeaderLength, take, cancellationToken).ConfigureAwait(false);
            await TakeAsync(length, take, cancellationToken).ConfigureAwait(false);
        }

        await TakeAsync(frame.HasChecksum ? ZstdFrame.ChecksumLength : 0, take, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>RFC 8878, 3.1.1.2: whether it is the last block, and the bytes that follow its header.</summary>
    private (bool IsLast, int Length) ReadBlockHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < ZstdFrame.BlockHeaderLength)
        {
            throw Errors.Truncated(codec.MemberName);
        }

        var value = header[0] | (header[1] << 8) | (header[2] << 16);
        var (kind, size) = ((value >> 1) & 3, value >> 3);
        // A block of one repeated byte holds that byte only.
        return kind != 3 && size <= ZstdFrame.MaxBlockLength
            ? ((value & 1) != 0, kind == 1 ? 1 : size)
            : throw Errors.Corrupt($"the header of a block before offset {Source.Position + ZstdFrame.BlockHeaderLength} of its zstd data is not valid");
    }

    private async ValueTask TakeAsync(int length, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            return;
        }

        var bytes = await Source.PeekAsync(length, cancellationToken).ConfigureAwait(false);
        if (bytes.Length < length)
        {
            throw Errors.Truncated(codec.MemberName);
        }

        await take(bytes).ConfigureAwait(false);
        Source.Advance(length);
    }

    private async Task SkipAsync(ZstdFrame frame, CancellationToken cancellationToken)
    {
        Source.Advance(frame.HeaderLength);
        for (long left = frame.SkippedLength; left > 0;)
        {
            var bytes = await Source.PeekAsync((int)Math.Min(left, ZstdFrame.MaxBlockLength), cancellationToken).ConfigureAwait(false);
            if (bytes.IsEmpty)
            {
                throw Errors.Truncated("a skippable zstd frame");
            }

            Source.Advance(bytes.Length);
            left -= bytes.Length;
        }
    }

    private async ValueTask HandOutPartialAsync(ChannelWriter<Task<PlainBlock>> blocks, CancellationToken cancellationToken)
    {
        if (partial is not { } block)
        {
            return;
        }

        partial = null;
        streamed += block.Length;
        await HandOutAsync(blocks, block, cancellationToken).ConfigureAwait(false);
    }
}
