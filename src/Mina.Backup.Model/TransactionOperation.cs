namespace Mina.Backup.Model;

/// <summary>What a transaction did to a table.</summary>
public enum TransactionOperation
{
    /// <summary>New rows.</summary>
    Insert,

    /// <summary>Changed rows; also rows that moved to another partition, in the one that they left.</summary>
    Update,

    /// <summary>Deleted rows.</summary>
    Delete,

    /// <summary>The table was emptied at once.</summary>
    Truncate,

    /// <summary>The table was dropped.</summary>
    Drop,
}
