using System.Text.Json.Serialization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// The manifest beside a backup, clear JSON of a few KB: all that a list shows and nothing about content. It is written last,
/// so its presence says that the run finished. See docs/format.md.
/// </summary>
public sealed record BackupManifest
{
    /// <summary>Version of the format; a reader refuses a greater one.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>Name of the backup.</summary>
    public required string Name { get; init; }

    /// <summary>Version of this product that wrote it.</summary>
    public required string WrittenBy { get; init; }

    /// <summary>When the snapshot was taken, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Time from start to the data file's commit.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Database that was backed up.</summary>
    public required string Database { get; init; }

    /// <summary>Host and port, or socket folder, of the source.</summary>
    public required string Server { get; init; }

    /// <summary>Server version such as <c>15.20</c>.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>pg_dump's version such as <c>15.20</c>.</summary>
    public required string DumpVersion { get; init; }

    /// <summary>How the files are protected.</summary>
    public required BackupEncryption Encryption { get; init; }

    /// <summary>Key id of the recipient's encryption key, 16 hexadecimal digits; null without recipient.</summary>
    public string? RecipientKeyId { get; init; }

    /// <summary>How the files are compressed; gzip where a manifest says nothing.</summary>
    public BackupCompression Compression { get; init; }

    /// <summary>Level of the compression; null where there is none or nobody knows.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Size of the plain SQL in bytes.</summary>
    public required long PlainSize { get; init; }

    /// <summary>Tables with COPY data.</summary>
    public required int Tables { get; init; }

    /// <summary>Rows in them.</summary>
    public required long Rows { get; init; }

    /// <summary>The data file.</summary>
    public required ManifestFile Data { get; init; }

    /// <summary>The index.</summary>
    public required ManifestFile Index { get; init; }

    /// <summary>The companion with roles and tablespaces; null when skipped.</summary>
    public ManifestFile? Globals { get; init; }

    /// <summary>The last full verification; null when there was none.</summary>
    public ManifestVerification? Verification { get; init; }
}

/// <summary>One file of a backup.</summary>
/// <param name="Name">Name within the backup place.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Sha256">Hexadecimal SHA-256 of its bytes.</param>
public sealed record ManifestFile(string Name, long Size, string Sha256);

/// <summary>Outcome of the last full verification.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Passed">Whether everything agreed.</param>
/// <param name="Problem">The first failed check in one sentence; null when passed.</param>
public sealed record ManifestVerification(
    DateTimeOffset At,
    bool Passed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Problem);
