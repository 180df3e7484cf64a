using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mina.Backup.Engine.Catalog;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// Names of base backups and their files. A base backup is called <c>mina_base_backup_YYYYMMDD_HHMMSS</c>, time in UTC; its files are that name
/// with <c>.tar.gz</c>, <c>.OID.tar.gz</c> per tablespace, <c>.index.jsonl.gz</c> (each with <c>.gpg</c> when encrypted) and <c>.manifest.json</c>.
/// </summary>
public static class BaseBackupNames
{
    /// <summary>Start of the name of every base backup.</summary>
    public const string Prefix = "mina_base_backup_";

    private const string TimePattern = "yyyyMMdd'_'HHmmss";
    private const string ManifestSuffix = ".manifest.json";

    /// <summary>Name of a base backup started at a time; parts of a second are dropped.</summary>
    public static string Create(DateTimeOffset at) => Prefix + at.UtcDateTime.ToString(TimePattern, CultureInfo.InvariantCulture);

    /// <summary>Name of an archive: the data directory's, or a tablespace's.</summary>
    public static string ArchiveFile(string name, uint? tablespace, bool encrypted)
    {
        var middle = tablespace is { } oid ? "." + oid.ToString(CultureInfo.InvariantCulture) : "";
        return $"{name}{middle}.tar.gz{Suffix(encrypted)}";
    }

    /// <summary>Name of the index.</summary>
    public static string IndexFile(string name, bool encrypted) => $"{name}.index.jsonl.gz{Suffix(encrypted)}";

    /// <summary>Name of the manifest.</summary>
    public static string ManifestFile(string name) => name + ManifestSuffix;

    /// <summary>The base backup that a manifest's file name belongs to; false when it is not one.</summary>
    public static bool TryParseManifest(string fileName, [NotNullWhen(true)] out string? name)
    {
        name = fileName.EndsWith(ManifestSuffix, StringComparison.Ordinal) ? fileName[..^ManifestSuffix.Length] : null;
        return name is not null && IsName(name);
    }

    /// <summary>Whether a file is called as only the files of base backups made here are.</summary>
    public static bool IsOwn(string fileName) => fileName.IndexOf('.', StringComparison.Ordinal) is > 0 and var end && IsName(fileName[..end]);

    /// <summary>Whether a file belongs to a base backup, by its name alone.</summary>
    public static bool Belongs(string fileName, string name) => fileName.StartsWith(name + ".", StringComparison.Ordinal) && BackupNames.IsFlat(fileName);

    /// <summary>Whether a text is a base backup's name.</summary>
    public static bool IsName(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal)
        && DateTimeOffset.TryParseExact(text.AsSpan(Prefix.Length), TimePattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static string Suffix(bool encrypted) => encrypted ? ".gpg" : "";
}
