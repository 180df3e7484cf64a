namespace Mina.Backup.Engine.Dump;

/// <summary>One COPY block of a dump: its header, its rows, its <c>\.</c>.</summary>
public sealed class CopyRun
{
    /// <summary>Creates the run.</summary>
    public CopyRun(int number, string table, string columns, string header)
    {
        Number = number;
        Table = table;
        Columns = columns;
        Header = header;
    }

    /// <summary>Number of the run in the file, from 0.</summary>
    public int Number { get; }

    /// <summary>Qualified table name as the dump writes it, quoted where needed.</summary>
    public string Table { get; }

    /// <summary>Column list as the dump writes it, without the parentheses; empty when there is none.</summary>
    public string Columns { get; }

    /// <summary>The whole COPY statement with its semicolon.</summary>
    public string Header { get; }
}
