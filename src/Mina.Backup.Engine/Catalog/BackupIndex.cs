using System.Text.Json.Serialization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// What the index file beside a backup records: properties of the database, content per table, and where each member stands.
/// Written as JSON lines, one record a line, header first; see docs/format.md.
/// </summary>
public sealed record BackupIndex
{
    /// <summary>Header of the index.</summary>
    public required IndexHeader Header { get; init; }

    /// <summary>Tables with COPY data, in the order of their first run; a table's position is its id in <see cref="Members"/>.</summary>
    public required IReadOnlyList<IndexTable> Tables { get; init; }

    /// <summary>Large objects.</summary>
    public required IReadOnlyList<IndexLargeObject> LargeObjects { get; init; }

    /// <summary>Sequences and the values that the dump sets.</summary>
    public required IReadOnlyList<IndexSequence> Sequences { get; init; }

    /// <summary>Members in file order.</summary>
    public required IReadOnlyList<IndexMember> Members { get; init; }
}

/// <summary>Header of an index: everything about the backup that is not a list.</summary>
public sealed record IndexHeader
{
    /// <summary>Version of the format; a reader refuses a greater one.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>Name of the backup that it belongs to.</summary>
    public required string Backup { get; init; }

    /// <summary>When the snapshot was taken, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Host and port, or socket folder, of the source; null where it was not recorded.</summary>
    public string? Server { get; init; }

    /// <summary>Server version number such as <c>150020</c>.</summary>
    public required int ServerVersionNumber { get; init; }

    /// <summary>Properties of the database that pg_dump leaves out.</summary>
    public required DatabaseProperties Database { get; init; }

    /// <summary>Roles that objects, privileges and settings of the database refer to.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Tablespaces that objects of the database live in, without the two built-in ones.</summary>
    public required IReadOnlyList<string> Tablespaces { get; init; }

    /// <summary>Extensions with their versions, name to version.</summary>
    public required IReadOnlyDictionary<string, string> Extensions { get; init; }

    /// <summary>Tables whose rows were left out on request; they are not compared.</summary>
    public IReadOnlyList<string> ExcludedData { get; init; } = [];

    /// <summary>Settings of the dumping session that the text of a row depends on and that cannot be pinned, such as <c>lc_monetary</c>, <c>xmloption</c>.</summary>
    public required IReadOnlyDictionary<string, string> SessionSettings { get; init; }

    /// <summary>Encoding of the dump's bytes, PostgreSQL's name.</summary>
    public required string ClientEncoding { get; init; }

    /// <summary>Fingerprint of the schema's statements; null in backups made before it was recorded.</summary>
    public TableFingerprint? Schema { get; init; }
}

/// <summary>Properties of a database that pg_dump leaves out without <c>--create</c>.</summary>
public sealed record DatabaseProperties
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Owner.</summary>
    public required string Owner { get; init; }

    /// <summary>Encoding, PostgreSQL's name such as <c>UTF8</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary><c>LC_COLLATE</c>.</summary>
    public required string Collate { get; init; }

    /// <summary><c>LC_CTYPE</c>.</summary>
    public required string CharacterType { get; init; }

    /// <summary>Locale provider: <c>libc</c>, <c>icu</c> or <c>builtin</c>.</summary>
    public required string LocaleProvider { get; init; }

    /// <summary>ICU or builtin locale, if any.</summary>
    public string? Locale { get; init; }

    /// <summary>ICU rules, if any.</summary>
    public string? IcuRules { get; init; }

    /// <summary>Connection limit; -1 is none.</summary>
    public int ConnectionLimit { get; init; } = -1;

    /// <summary>Whether it is a template.</summary>
    public bool IsTemplate { get; init; }

    /// <summary>Tablespace.</summary>
    public required string Tablespace { get; init; }

    /// <summary>Comment, if any.</summary>
    public string? Comment { get; init; }

    /// <summary>ACL items as the catalog prints them, such as <c>=Tc/owner</c>; null when the default applies.</summary>
    public IReadOnlyList<string>? Acl { get; init; }

    /// <summary>Settings, also per role.</summary>
    public IReadOnlyList<DatabaseSetting> Settings { get; init; } = [];

    /// <summary>Security labels, provider to label.</summary>
    public IReadOnlyDictionary<string, string> SecurityLabels { get; init; } = new Dictionary<string, string>();
}

/// <summary>One <c>ALTER DATABASE ... SET</c> or <c>ALTER ROLE ... IN DATABASE ... SET</c>.</summary>
/// <param name="Role">Role that it applies to; null for everybody.</param>
/// <param name="Name">Name of the setting.</param>
/// <param name="Value">Its value as the catalog keeps it.</param>
public sealed record DatabaseSetting([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Role, string Name, string Value);

/// <summary>A table with COPY data.</summary>
public sealed record IndexTable
{
    /// <summary>Qualified name as the dump writes it, quoted where needed.</summary>
    public required string Name { get; init; }

    /// <summary>Column list as the dump writes it, without parentheses; empty for a table without columns.</summary>
    public required string Columns { get; init; }

    /// <summary>Rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Bytes of its COPY lines, newlines included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Fingerprint of its rows.</summary>
    public required TableFingerprint Fingerprint { get; init; }

    /// <summary>
    /// Where a re-scan finds the rows when the name alone does not tell, as for a table loaded through its partition root or an extension's
    /// filtered one: all of these together. Null when the name and columns suffice.
    /// </summary>
    public IReadOnlyList<IndexSource>? Sources { get; init; }

    /// <summary>Whether everything is equal, source by source.</summary>
    public bool Equals(IndexTable? other) =>
        other is not null
        && (Name, Columns, Rows, Bytes, Fingerprint) == (other.Name, other.Columns, other.Rows, other.Bytes, other.Fingerprint)
        && (Sources is null) == (other.Sources is null)
        && (Sources ?? []).SequenceEqual(other.Sources ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Columns, Rows, Bytes, Fingerprint);
}

/// <summary>Where a part of a table's rows is found.</summary>
/// <param name="Name">Qualified name of a table.</param>
/// <param name="Filter">The condition of an extension's configuration table, beginning with <c>WHERE</c>; null for all rows.</param>
public sealed record IndexSource(string Name, string? Filter = null);

/// <summary>A large object.</summary>
/// <param name="Oid">Its oid.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Hash">XXH128 over its content.</param>
public sealed record IndexLargeObject(uint Oid, long Size, TableFingerprint Hash);

/// <summary>A sequence's value in the dump.</summary>
/// <param name="Name">Qualified name as the dump writes it.</param>
/// <param name="LastValue">Value that <c>setval</c> sets.</param>
/// <param name="IsCalled">Whether the value was handed out already.</param>
public sealed record IndexSequence(string Name, long LastValue, bool IsCalled);

/// <summary>One member of the data file.</summary>
public sealed record IndexMember
{
    /// <summary>Section that its bytes belong to.</summary>
    public required DumpSection Section { get; init; }

    /// <summary>Position in <see cref="BackupIndex.Tables"/> of the table whose COPY run it belongs to; null for SQL outside runs.</summary>
    public int? Table { get; init; }

    /// <summary>Number of the run within the file, from 0; null for SQL outside runs.</summary>
    public int? Run { get; init; }

    /// <summary>Offset of the member in the content, that is before encryption.</summary>
    public required long Offset { get; init; }

    /// <summary>Length of the member in the content.</summary>
    public required int Length { get; init; }

    /// <summary>Length of its plain text.</summary>
    public required int PlainLength { get; init; }

    /// <summary>COPY rows that end in it.</summary>
    public required long Rows { get; init; }

    /// <summary>Hexadecimal SHA-256 of the member's compressed bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonIgnore]
    public MemberLocation Location => new(Offset, Length, PlainLength, Sha256);
}
