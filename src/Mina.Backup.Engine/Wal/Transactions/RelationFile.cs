using System.Globalization;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>What the log knows a table by: the file that holds its rows. A table changes its file when it is truncated or rewritten.</summary>
/// <param name="Tablespace">OID of the tablespace.</param>
/// <param name="Database">OID of the database; 0 for what all databases share.</param>
/// <param name="Filenode">Number of the file.</param>
public readonly record struct RelationFile(uint Tablespace, uint Database, uint Filenode)
{
    /// <summary>OID of <c>pg_default</c>, whose files lie below <c>base</c>.</summary>
    public const uint DefaultTablespace = 1663;

    /// <summary>OID of <c>pg_global</c>.</summary>
    public const uint GlobalTablespace = 1664;

    /// <summary>The first number that initdb does not use: below it are the catalogs that were never rewritten.</summary>
    public const uint FirstUserFilenode = 16384;

    /// <summary>The three numbers as pg_waldump prints them, such as <c>1663/5/16384</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tablespace}/{Database}/{Filenode}");
}
