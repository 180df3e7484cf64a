namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>A transaction that was asked for.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Changes">Its tables; the list may be shared with others.</param>
/// <param name="Rows">Rows that it touched by what was asked; <see cref="long.MaxValue"/> when a table of unknown size went.</param>
/// <param name="IsComplete">Whether all of it was seen.</param>
internal readonly record struct TransactionMatch(FoldedTransaction Transaction, IReadOnlyList<TableChange> Changes, long Rows, bool IsComplete) : IComparable<TransactionMatch>
{
    /// <summary>Bigger is greater; of equal ones the later.</summary>
    public int CompareTo(TransactionMatch other)
    {
        var order = Rows.CompareTo(other.Rows);
        return order != 0 ? order : Transaction.End.Start.CompareTo(other.Transaction.End.Start);
    }
}
