namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Keeps the biggest of many matches, or all.</summary>
/// <param name="most">How many; all when null.</param>
internal sealed class BiggestMatches(int? most)
{
    private readonly PriorityQueue<TransactionMatch, TransactionMatch> smallestFirst = new();
    private readonly List<TransactionMatch> all = [];

    /// <summary>Takes one.</summary>
    public void Add(TransactionMatch match)
    {
        if (most is not { } limit)
        {
            all.Add(match);
        }
        else if (smallestFirst.Count < limit)
        {
            smallestFirst.Enqueue(match, match);
        }
        else
        {
            smallestFirst.EnqueueDequeue(match, match);
        }
    }

    /// <summary>What was kept, the biggest first.</summary>
    public IEnumerable<TransactionMatch> InOrder() => all.Concat(smallestFirst.UnorderedItems.Select(item => item.Element)).OrderDescending();
}
