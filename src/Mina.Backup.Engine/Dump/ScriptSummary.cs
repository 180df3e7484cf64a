using Mina.Backup.Engine.Catalog;

namespace Mina.Backup.Engine.Dump;

/// <summary>What a whole dump was found to hold.</summary>
public sealed record ScriptSummary
{
    /// <summary>Length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Tables with COPY data, in the order of their first run.</summary>
    public required IReadOnlyList<ScannedTable> Tables { get; init; }

    /// <summary>Large objects, in the order of the dump.</summary>
    public required IReadOnlyList<IndexLargeObject> LargeObjects { get; init; }

    /// <summary>Sequence values, in the order of the dump.</summary>
    public required IReadOnlyList<IndexSequence> Sequences { get; init; }

    /// <summary>How many times the line <c>-- PostgreSQL database dump</c> stood outside statements.</summary>
    public required int Headers { get; init; }

    /// <summary>How many times the line <c>-- PostgreSQL database dump complete</c> stood outside statements.</summary>
    public required int Trailers { get; init; }

    /// <summary>Whether nothing was open at the end: no COPY block, statement, quote or comment, and no header without its trailer.</summary>
    public required bool EndsCleanly { get; init; }

    /// <summary>What must not reach psql; at most 100 are kept.</summary>
    public required IReadOnlyList<ScriptHazard> Hazards { get; init; }

    /// <summary>Statements that a dump of one database does not hold; at most 100 are kept. Scripts of roles and tablespaces consist of them.</summary>
    public required IReadOnlyList<ScriptHazard> ForeignStatements { get; init; }

    /// <summary>Whether pg_dumpall's header comment was seen.</summary>
    public bool LooksLikeClusterDump { get; init; }

    /// <summary>Server version by the dump's comment, such as <c>15.20</c>; null when it says none.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>pg_dump version by the dump's comment; null when it says none.</summary>
    public string? DumpVersion { get; init; }

    /// <summary>Lines of the proof member, without <c>-- mina:</c>; filled on request only.</summary>
    public required IReadOnlyList<string> ProofLines { get; init; }

    /// <summary>Fingerprint of the statements outside the data section; see <see cref="SchemaTally"/>.</summary>
    public required TableFingerprint Schema { get; init; }

    /// <summary>Whether pg_dump's header comment was seen.</summary>
    public bool LooksLikeDump => Headers > 0;

    /// <summary>Rows of all tables.</summary>
    public long Rows => Tables.Sum(table => table.Rows);
}

/// <summary>A table's COPY data as found in a dump.</summary>
public sealed record ScannedTable
{
    /// <summary>Qualified name as the dump writes it.</summary>
    public required string Name { get; init; }

    /// <summary>Column list of its first run as the dump writes it, without parentheses.</summary>
    public required string Columns { get; init; }

    /// <summary>Rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Bytes of its rows, newlines included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Sum over its rows, each with its columns in the order of <see cref="Columns"/>.</summary>
    public required TableFingerprint Fingerprint { get; init; }

    /// <summary>COPY blocks that it consists of.</summary>
    public required int Runs { get; init; }

    /// <summary>Whether the dump loads it through a partition root, so rows may land in other partitions than they came from.</summary>
    public required bool LoadsViaPartitionRoot { get; init; }
}
