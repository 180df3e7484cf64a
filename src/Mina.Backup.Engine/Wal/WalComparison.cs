namespace Mina.Backup.Engine.Wal;

/// <summary>Compares two contents whose blocks need not be cut alike.</summary>
internal sealed class WalComparison(IAsyncEnumerable<ReadOnlyMemory<byte>> left, IAsyncEnumerable<ReadOnlyMemory<byte>> right)
{
    /// <summary>Offset of the first byte that differs or that only one of them has; null when they are the same.</summary>
    public async Task<long?> FirstDifferenceAsync(CancellationToken cancellationToken)
    {
        await using var ours = left.GetAsyncEnumerator(cancellationToken);
        await using var theirs = right.GetAsyncEnumerator(cancellationToken);
        ReadOnlyMemory<byte> a = default;
        ReadOnlyMemory<byte> b = default;
        for (var offset = 0L; ;)
        {
            if (a.IsEmpty && await ours.MoveNextAsync())
            {
                a = ours.Current;
            }

            if (b.IsEmpty && await theirs.MoveNextAsync())
            {
                b = theirs.Current;
            }

            if (a.IsEmpty || b.IsEmpty)
            {
                return a.IsEmpty && b.IsEmpty ? null : offset;
            }

            var length = Math.Min(a.Length, b.Length);
            var same = a.Span[..length].CommonPrefixLength(b.Span[..length]);
            offset += same;
            if (same < length)
            {
                return offset;
            }

            a = a[length..];
            b = b[length..];
        }
    }
}
