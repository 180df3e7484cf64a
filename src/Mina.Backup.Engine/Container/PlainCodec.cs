using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>No compression: a member is a piece of the text, and only an index tells where one ends.</summary>
internal sealed class PlainCodec : MemberCodec
{
    public override BackupCompression Compression => BackupCompression.None;

    public override string Suffix => "";

    public override string MemberName => "piece";

    public override CompressionLevels? Levels => null;

    public override int MaxPlainLength => 64 << 20;

    // A text may begin with any letter, so what can begin a message is taken for one.
    public override bool Recognizes(ReadOnlySpan<byte> start) => !ContentDetector.IsMessage(start) && IsText(start);

    public override bool HasMembers(ReadOnlySpan<byte> start) => true;

    public override MemberPacker CreatePacker(int? level)
    {
        LevelFor(level);
        return new Packer();
    }

    public override MemberUnpacker CreateUnpacker() => new Unpacker();

    public override ContentDecoder CreateDecoder(ContentInput input, ReadOnlySpan<byte> start) => new TextDecoder(this, input);

    /// <summary>No control characters but white space; bytes above 127 may be any encoding's letters.</summary>
    private static bool IsText(ReadOnlySpan<byte> start)
    {
        foreach (var octet in start)
        {
            if (octet < 32 && octet is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v'))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Packer : MemberPacker
    {
        public override PackedMember Pack(PlainBlock block)
        {
            var (length, hash) = (block.Length, HashOf(block.Span));
            return new PackedMember(block.Detach(), length, length, hash);
        }
    }

    private sealed class Unpacker : MemberUnpacker
    {
        public override PlainBlock Unpack(byte[] buffer, int offset, int length)
        {
            var block = PlainBlock.Rent(Math.Max(1, length));
            buffer.AsSpan(offset, length).CopyTo(block.Buffer);
            block.Length = length;
            return block;
        }
    }
}
