using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Finds out again what each member of a file holds, while a scanner reads it block by block.</summary>
internal abstract class MemberMap : IScriptSegments, IDisposable
{
    /// <summary>The map for files of one compression. Where a file does not tell its members apart, it is cut anew.</summary>
    public static MemberMap For(BackupCompression? compression) => compression == BackupCompression.None ? new PieceMap() : new FoundMemberMap();

    /// <inheritdoc/>
    public abstract void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag);

    /// <summary>The scanner took the whole of a block, which is a member where members are found.</summary>
    public abstract void EndMember();

    /// <summary>Whether every byte of the file is in some member.</summary>
    public abstract bool IsComplete(IReadOnlyList<MemberLocation> found);

    /// <summary>Entries of the index.</summary>
    /// <param name="tables">Tables of the index.</param>
    /// <param name="found">The members found in the file, in file order.</param>
    public abstract IReadOnlyList<IndexMember> Build(IReadOnlyList<IndexTable> tables, IReadOnlyList<MemberLocation> found);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
