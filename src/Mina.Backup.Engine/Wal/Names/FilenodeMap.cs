using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>
/// Which table lay in which file at one moment. The log knows tables only by their files, and a table that was dropped or emptied takes
/// the name of its file out of the catalog: it can be told only by who wrote it down before.
/// </summary>
public sealed record FilenodeMap
{
    /// <summary>Version of the format, 1.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>When the catalogs were read, UTC, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Where the log was when their reading began.</summary>
    public required Lsn Lsn { get; init; }

    /// <summary>The server's timeline then.</summary>
    public required uint Timeline { get; init; }

    /// <summary>The databases of the server that could be read.</summary>
    public required IReadOnlyList<MappedDatabase> Databases { get; init; }

    /// <summary>Databases that could not be read.</summary>
    public IReadOnlyList<UnmappedDatabase> Unread { get; init; } = [];
}

/// <summary>The files of one database.</summary>
/// <param name="Oid">Its OID.</param>
/// <param name="Name">Its name.</param>
/// <param name="Relations">Its tables, partitioned tables, materialized views, TOAST tables and indexes.</param>
public sealed record MappedDatabase(uint Oid, string Name, IReadOnlyList<MappedRelation> Relations);

/// <summary>A database that could not be read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Problem">Why.</param>
public sealed record UnmappedDatabase(string Name, string Problem);

/// <summary>One relation and its file.</summary>
public sealed record MappedRelation
{
    /// <summary>Its OID, the same for as long as it lives.</summary>
    public required uint Oid { get; init; }

    /// <summary>OID of the tablespace of its file.</summary>
    public required uint Tablespace { get; init; }

    /// <summary>Number of its file; 0 for a partitioned table, which has none.</summary>
    public required uint Filenode { get; init; }

    /// <summary>Its schema.</summary>
    public required string Schema { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind as <c>pg_class.relkind</c> has it.</summary>
    public required char Kind { get; init; }

    /// <summary>OID of the table that a TOAST table or an index belongs to; null for others.</summary>
    public uint? Owner { get; init; }

    /// <summary>OID of the topmost partitioned table above a partition; null for others.</summary>
    public uint? Root { get; init; }

    /// <summary>Rows that the server estimated; null when it never looked.</summary>
    public long? Rows { get; init; }
}
