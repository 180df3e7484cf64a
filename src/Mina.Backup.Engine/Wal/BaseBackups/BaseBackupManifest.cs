using System.Text.Json.Serialization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// The manifest beside a base backup, clear JSON: all that a list, retention and the choice of a base need, nothing about content. It is written
/// last, so its presence says that the run finished. See docs/format.md.
/// </summary>
public sealed record BaseBackupManifest
{
    /// <summary>Version of the format of full base backups.</summary>
    public const int FullVersion = 1;

    /// <summary>Version of the format of incremental ones.</summary>
    public const int IncrementalVersion = 2;

    /// <summary>
    /// Version of the format; a reader refuses a greater one. A full base backup has 1, an incremental one 2: whoever takes the one for the other
    /// recovers nonsense.
    /// </summary>
    public int FormatVersion { get; init; } = FullVersion;

    /// <summary>Name of the base backup.</summary>
    public required string Name { get; init; }

    /// <summary>What an incremental one builds on; null for a full one.</summary>
    public BaseBackupParent? Parent { get; init; }

    /// <summary>Version of this product that wrote it.</summary>
    public required string WrittenBy { get; init; }

    /// <summary>When it was started, by the server's clock, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was complete, by the server's clock, UTC: not before the moment of <see cref="StopLsn"/>.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Where replay begins.</summary>
    public required Lsn StartLsn { get; init; }

    /// <summary>Where it is consistent: no earlier point can be recovered from it.</summary>
    public required Lsn StopLsn { get; init; }

    /// <summary>Timeline on which it ended.</summary>
    public required uint Timeline { get; init; }

    /// <summary>Timeline on which it began; another one only where a standby was promoted meanwhile.</summary>
    public required uint StartTimeline { get; init; }

    /// <summary>The first WAL segment that it needs.</summary>
    public required string StartSegment { get; init; }

    /// <summary>The last WAL segment that it needs to be consistent.</summary>
    public required string StopSegment { get; init; }

    /// <summary>Bytes of a WAL segment.</summary>
    public required long SegmentSize { get; init; }

    /// <summary>Identifier of the cluster, which its WAL carries too. Text, as many JSON readers round numbers of 64 bits.</summary>
    public required string SystemIdentifier { get; init; }

    /// <summary>Transactions under way when it was complete, as <c>pg_current_snapshot()</c> prints them.</summary>
    public required string Snapshot { get; init; }

    /// <summary>Host and port, or socket folder, of the source.</summary>
    public required string Server { get; init; }

    /// <summary>Server version such as <c>15.20</c>.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>Server version number such as <c>150020</c>.</summary>
    public required int ServerVersionNumber { get; init; }

    /// <summary>Whether it was taken from a standby.</summary>
    public bool FromStandby { get; init; }

    /// <summary>Name of the superuser that initdb made; a branch is entered by it.</summary>
    public required string Superuser { get; init; }

    /// <summary>Databases that can be connected to, without <c>template1</c>.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>Settings of the source that a cluster made from it has to respect, by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>WAL resource managers that extensions of the source brought; replay needs those extensions.</summary>
    public IReadOnlyList<string> ResourceManagers { get; init; } = [];

    /// <summary>How the files are protected.</summary>
    public required BackupEncryption Encryption { get; init; }

    /// <summary>Key id of the recipient's encryption key, 16 hexadecimal digits; null without recipient.</summary>
    public string? RecipientKeyId { get; init; }

    /// <summary>Compression level of the gzip members.</summary>
    public required int CompressionLevel { get; init; }

    /// <summary>Time from start to the last archive's commit.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Bytes of the tars, uncompressed.</summary>
    public required long PlainSize { get; init; }

    /// <summary>Files in them.</summary>
    public required int Files { get; init; }

    /// <summary>The data directory first, then its tablespaces.</summary>
    public required IReadOnlyList<BaseBackupArchive> Archives { get; init; }

    /// <summary>The index.</summary>
    public required ManifestFile Index { get; init; }

    /// <summary>The last full verification; null when there was none.</summary>
    public ManifestVerification? Verification { get; init; }

    /// <summary>Bytes of all its files but the manifest.</summary>
    [JsonIgnore]
    public long StoredSize => Archives.Sum(archive => archive.File.Size) + Index.Size;

    /// <summary>Whether it has everything, or what changed since its parent.</summary>
    [JsonIgnore]
    public BaseBackupKind Kind => Parent is null ? BaseBackupKind.Full : BaseBackupKind.Incremental;

    /// <summary>Major version of the server.</summary>
    [JsonIgnore]
    public int Major => ServerVersionNumber / 10000;
}

/// <summary>One tar of a base backup.</summary>
/// <param name="File">The file.</param>
/// <param name="Tablespace">Its tablespace; null for the data directory.</param>
/// <param name="Path">Where the tablespace was on the source; null for the data directory.</param>
public sealed record BaseBackupArchive(ManifestFile File, uint? Tablespace = null, string? Path = null)
{
    /// <summary>Path of its content below the data directory, with a trailing separator; empty for the data directory's own.</summary>
    [JsonIgnore]
    public string Prefix => PrefixOf(Tablespace);

    /// <summary>Path of a tablespace's content below the data directory.</summary>
    public static string PrefixOf(uint? tablespace) => tablespace is { } oid ? FormattableString.Invariant($"pg_tblspc/{oid}/") : "";
}

/// <summary>The base backup that an incremental one builds on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StartLsn">Where its replay begins; what changed behind that place is in the incremental one.</param>
public sealed record BaseBackupParent(string Name, Lsn StartLsn);
