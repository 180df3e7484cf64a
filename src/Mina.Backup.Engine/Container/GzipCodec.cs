using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>Gzip: members with their length in the header, or what other programs write.</summary>
internal sealed class GzipCodec : MemberCodec
{
    public override BackupCompression Compression => BackupCompression.Gzip;

    public override string Suffix => ".gz";

    public override string MemberName => "gzip member";

    // On dumps level 3 writes 1.017 times the bytes of level 6 in two thirds of its time.
    public override CompressionLevels Levels { get; } = new(Least: 1, Greatest: 9, Default: 3);

    public override int MaxPlainLength => GzipMember.MaxPlainLength;

    public override bool Recognizes(ReadOnlySpan<byte> start) => GzipMember.IsOurs(start) || start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);

    public override bool HasMembers(ReadOnlySpan<byte> start) => GzipMember.IsOurs(start);

    public override MemberPacker CreatePacker(int? level) => new Packer(LevelFor(level)!.Value);

    public override MemberUnpacker CreateUnpacker() => new Unpacker();

    public override ContentDecoder CreateDecoder(ContentInput input, ReadOnlySpan<byte> start) =>
        HasMembers(start) ? new GzipMemberDecoder(this, input) : new GzipDecoder(input);

    private sealed class Packer(int level) : MemberPacker
    {
        private readonly MemoryStream scratch = new(1 << 20);

        public override PackedMember Pack(PlainBlock block) => GzipMember.Pack(block.Span, level, scratch);

        public override void Dispose()
        {
            scratch.Dispose();
            base.Dispose();
        }
    }

    private sealed class Unpacker : MemberUnpacker
    {
        private readonly Inflater inflater = Inflater.Create();

        public override PlainBlock Unpack(byte[] buffer, int offset, int length) => GzipMember.Unpack(buffer, offset, length, inflater);

        public override void Dispose()
        {
            inflater.Dispose();
            base.Dispose();
        }
    }
}
