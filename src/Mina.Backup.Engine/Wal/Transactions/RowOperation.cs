namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>What a record does to rows.</summary>
internal enum RowOperation
{
    /// <summary>New rows, one or many.</summary>
    Insert,

    /// <summary>New versions of rows; of a row that moves to another partition, its leaving of the old one.</summary>
    Update,

    /// <summary>Rows taken away.</summary>
    Delete,
}
