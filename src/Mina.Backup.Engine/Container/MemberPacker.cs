namespace Mina.Backup.Engine.Container;

/// <summary>Makes members; for one thread at a time, reused from block to block.</summary>
internal abstract class MemberPacker : IDisposable
{
    /// <summary>Packs a block. It may take the block's buffer; the caller disposes the block all the same.</summary>
    public abstract PackedMember Pack(PlainBlock block);

    public virtual void Dispose()
    {
    }
}

/// <summary>Reads members; for one thread at a time, reused from member to member.</summary>
internal abstract class MemberUnpacker : IDisposable
{
    /// <summary>The content of a whole member. <see cref="InvalidDataException"/> when anything in it disagrees.</summary>
    public abstract PlainBlock Unpack(byte[] buffer, int offset, int length);

    public virtual void Dispose()
    {
    }
}
