using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Dump;

/// <summary>What is dumped, by which program.</summary>
public sealed record DumpSource
{
    /// <summary>The database.</summary>
    public required ConnectionTarget Target { get; init; }

    /// <summary>pg_dump.</summary>
    public required ClientTool PgDump { get; init; }

    /// <summary>Snapshot to dump under.</summary>
    public required string Snapshot { get; init; }

    /// <summary>Major version of the server.</summary>
    public required int ServerMajor { get; init; }

    /// <summary>Whether the server may be told to report in English, which superusers may.</summary>
    public required bool SpeaksEnglish { get; init; }

    /// <summary>Encoding of the dump, PostgreSQL's name.</summary>
    public required string Encoding { get; init; }

    /// <summary>pg_dump patterns of tables to leave out.</summary>
    public IReadOnlyList<string> ExcludeTable { get; init; } = [];

    /// <summary>pg_dump patterns of tables whose rows are left out.</summary>
    public IReadOnlyList<string> ExcludeTableData { get; init; } = [];

    /// <summary>Tables, schema and name in quotes, whose rows are read beside pg_dump.</summary>
    public IReadOnlyList<string> ReadApart { get; init; } = [];
}
