namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>A committed transaction with all that it and its subtransactions did.</summary>
/// <param name="End">Its commit.</param>
/// <param name="Work">What it did; null when it only dropped or emptied.</param>
internal readonly record struct FoldedTransaction(TransactionEnd End, TransactionShape? Work);
