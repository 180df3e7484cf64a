namespace Mina.Backup.Engine.Container;

/// <summary>
/// Gives input to a deflate stream piece by piece and keeps the last piece, so that bytes taken too many can be had again.
/// </summary>
internal sealed class PieceStream(ByteSource source) : ReadOnlyStream
{
    private const int PieceLength = 16 << 10;

    /// <summary>
    /// A deflate stream may take one piece for the last octet of its data and find the end before the first of the next:
    /// the end stands in the last piece it took, at its latest right behind it.
    /// </summary>
    private readonly byte[] piece = new byte[PieceLength + 64];
    private int start;
    private int next;
    private int end;

    /// <summary>Whether input was asked for after its end.</summary>
    public bool AskedBeyondEnd { get; private set; }

    /// <summary>The piece handed out last, and what <see cref="ExtendAsync"/> added.</summary>
    public ReadOnlyMemory<byte> LastPiece => piece.AsMemory(start, end - start);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (next == end)
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        var take = Math.Min(buffer.Length, end - next);
        AskedBeyondEnd |= take == 0 && !buffer.IsEmpty;
        piece.AsSpan(next, take).CopyTo(buffer.Span);
        if (take > 0)
        {
            start = next;
        }

        next += take;
        return take;
    }

    /// <summary>The next byte; -1 at the end.</summary>
    public async ValueTask<int> NextByteAsync(CancellationToken cancellationToken)
    {
        var octet = await PeekByteAsync(cancellationToken).ConfigureAwait(false);
        next += octet < 0 ? 0 : 1;
        return octet;
    }

    /// <summary>The next byte, not taken; -1 at the end.</summary>
    public async ValueTask<int> PeekByteAsync(CancellationToken cancellationToken)
    {
        if (next == end)
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        return next < end ? piece[next] : -1;
    }

    /// <summary>Adds bytes behind the last piece, as many as there are up to a number.</summary>
    public async ValueTask ExtendAsync(int count, CancellationToken cancellationToken)
    {
        var missing = count - (end - next);
        if (missing > 0)
        {
            end += await source.ReadFullyAsync(piece.AsMemory(end, missing), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Goes to a place within <see cref="LastPiece"/>.</summary>
    public void Reposition(int offset) => next = start + offset;

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(piece.AsMemory(0, PieceLength), cancellationToken).ConfigureAwait(false);
        if (read > 0)
        {
            start = 0;
            next = 0;
            end = read;
        }
    }
}
