using System.Buffers;
using Mina.Backup.Model;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Mina.Backup.Engine.Container;

/// <summary>Zstandard: one frame per member, or what other programs write.</summary>
internal sealed class ZstdCodec : MemberCodec
{
    public override BackupCompression Compression => BackupCompression.Zstd;

    public override string Suffix => ".zst";

    public override string MemberName => "zstd frame";

    // On dumps level 2 writes less than gzip's level 6, and is chosen for its speed.
    public override CompressionLevels Levels { get; } = new(Least: 1, Greatest: 19, Default: 2);

    public override int MaxPlainLength => ZstdFrame.MaxPlainLength;

    public override bool Recognizes(ReadOnlySpan<byte> start) => ZstdFrame.IsRecognized(start);

    public override bool HasMembers(ReadOnlySpan<byte> start) => ZstdFrame.TryRead(start, out var frame) && frame.IsOurs;

    public override MemberPacker CreatePacker(int? level) => new Packer(LevelFor(level)!.Value);

    public override MemberUnpacker CreateUnpacker() => new Unpacker();

    public override ContentDecoder CreateDecoder(ContentInput input, ReadOnlySpan<byte> start) => new ZstdDecoder(this, input);

    private sealed class Packer : MemberPacker
    {
        private readonly byte[] scratch = new byte[Compressor.GetCompressBound(ZstdFrame.MaxPlainLength)];
        private readonly Compressor compressor;

        public Packer(int level)
        {
            compressor = new Compressor(level);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            // A window as large as any member makes every frame one segment, whatever the level: the header has one form.
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, ZstdFrame.WindowLog);
        }

        public override PackedMember Pack(PlainBlock block)
        {
            var length = compressor.Wrap(block.Span, scratch);
            var buffer = ArrayPool<byte>.Shared.Rent(length);
            scratch.AsSpan(0, length).CopyTo(buffer);
            return new PackedMember(buffer, length, block.Length, HashOf(buffer.AsSpan(0, length)));
        }

        public override void Dispose()
        {
            compressor.Dispose();
            base.Dispose();
        }
    }

    private sealed class Unpacker : MemberUnpacker
    {
        private readonly Decompressor decompressor = new();

        public override PlainBlock Unpack(byte[] buffer, int offset, int length)
        {
            var member = buffer.AsSpan(offset, length);
            if (!ZstdFrame.TryRead(member, out var frame) || !frame.IsOurs)
            {
                throw new InvalidDataException("A zstd frame's header is damaged.");
            }

            var plainLength = (int)frame.PlainLength!.Value;
            var block = PlainBlock.Rent(Math.Max(1, plainLength));
            try
            {
                block.Length = decompressor.Unwrap(member, block.Buffer.AsSpan(0, plainLength));
                return block.Length == plainLength ? block : throw new InvalidDataException("A zstd frame's length does not fit its content.");
            }
            catch (ZstdException e)
            {
                block.Dispose();
                throw new InvalidDataException("A zstd frame cannot be decompressed.", e);
            }
            catch
            {
                block.Dispose();
                throw;
            }
        }

        public override void Dispose()
        {
            decompressor.Dispose();
            base.Dispose();
        }
    }
}
