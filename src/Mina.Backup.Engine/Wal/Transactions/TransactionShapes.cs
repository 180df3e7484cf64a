namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Gives the same object for the same work. Not safe for use by several threads.</summary>
internal sealed class TransactionShapes
{
    // Enough for any application's kinds of transactions; what comes behind is kept without looking for its like.
    private const int Capacity = 1 << 16;
    private readonly Dictionary<int, TransactionShape> known = [];

    /// <summary>The shape of some work.</summary>
    public TransactionShape Of(TransactionWork work)
    {
        var hash = TransactionShape.HashOf(work);
        if (known.TryGetValue(hash, out var shape))
        {
            return shape.Is(work) ? shape : new TransactionShape(work);
        }

        shape = new TransactionShape(work);
        if (known.Count < Capacity)
        {
            known.Add(hash, shape);
        }

        return shape;
    }
}
