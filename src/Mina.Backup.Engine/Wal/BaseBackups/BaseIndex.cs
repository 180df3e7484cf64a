using Mina.Backup.Engine.Container;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>Where everything stands in a base backup: its entries, and the gzip members that hold them. So members can be decoded in parallel.</summary>
/// <param name="Backup">Name of the base backup.</param>
/// <param name="Archives">One per tar, in the manifest's order.</param>
internal sealed record BaseIndex(string Backup, IReadOnlyList<BaseIndexArchive> Archives);

/// <summary>One tar.</summary>
/// <param name="Entries">Its entries, in order.</param>
/// <param name="Members">Its gzip members, in order.</param>
internal sealed record BaseIndexArchive(IReadOnlyList<TarEntry> Entries, IReadOnlyList<MemberLocation> Members);

/// <summary>One line of the index file: exactly one property is set.</summary>
internal sealed record BaseIndexLine
{
    /// <summary>First, once.</summary>
    public BaseIndexHeader? Header { get; init; }

    /// <summary>An archive begins; its entries and members follow.</summary>
    public BaseIndexArchiveLine? Archive { get; init; }

    /// <summary>An entry.</summary>
    public TarEntry? Entry { get; init; }

    /// <summary>A gzip member.</summary>
    public MemberLocation? Member { get; init; }

    /// <summary>Last, once.</summary>
    public BaseIndexEnd? End { get; init; }
}

/// <summary>What the index belongs to.</summary>
/// <param name="FormatVersion">Version of the format, 1.</param>
/// <param name="Backup">Name of the base backup.</param>
internal sealed record BaseIndexHeader(int FormatVersion, string Backup);

/// <summary>An archive of the index.</summary>
/// <param name="Tablespace">Its tablespace; null for the data directory.</param>
internal sealed record BaseIndexArchiveLine(uint? Tablespace = null);

/// <summary>Counts of the lines before.</summary>
/// <param name="Archives">Archives.</param>
/// <param name="Entries">Entries.</param>
/// <param name="Members">Members.</param>
internal sealed record BaseIndexEnd(int Archives, int Entries, int Members);
