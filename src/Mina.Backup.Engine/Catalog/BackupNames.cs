using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Names of backups and of their files. A backup is called <c>mina_db_backup_YYYYMMDD_HHMMSS</c>, time in UTC; its files are
/// that name with <c>.sql.gz</c>, <c>.globals.sql.gz</c>, <c>.index.jsonl.gz</c> (<c>.zst</c> or nothing in place of <c>.gz</c> with another
/// compression, and each with <c>.gpg</c> when encrypted) and <c>.manifest.json</c>. Files of other scripts are <c>NAME.sql[.gz|.zst][.gpg]</c>
/// with any name.
/// </summary>
public static class BackupNames
{
    /// <summary>Start of the name of every backup made here.</summary>
    public const string Prefix = "mina_db_backup_";

    private const string TimePattern = "yyyyMMdd'_'HHmmss";
    private const int TimeLength = 15;
    private const string GlobalsMark = ".globals";
    private const string IndexSuffix = ".index.jsonl";
    private const string ManifestSuffix = ".manifest.json";
    private const string EncryptedSuffix = ".gpg";
    private const string SqlSuffix = ".sql";

    /// <summary>Name of a backup started at a time; parts of a second are dropped.</summary>
    public static string Create(DateTimeOffset at) =>
        Prefix + at.UtcDateTime.ToString(TimePattern, CultureInfo.InvariantCulture);

    /// <summary>Name of the data file.</summary>
    public static string DataFile(string name, BackupCompression compression, bool encrypted) => Finish(name + SqlSuffix, compression, encrypted);

    /// <summary>Name of the companion with roles and tablespaces.</summary>
    public static string GlobalsFile(string name, BackupCompression compression, bool encrypted) =>
        Finish(name + GlobalsMark + SqlSuffix, compression, encrypted);

    /// <summary>Name of the index.</summary>
    public static string IndexFile(string name, BackupCompression compression, bool encrypted) => Finish(name + IndexSuffix, compression, encrypted);

    /// <summary>Name of the manifest.</summary>
    public static string ManifestFile(string name) => name + ManifestSuffix;

    /// <summary>Takes a file name apart; false when no file of a backup is called so.</summary>
    public static bool TryParse(string fileName, [NotNullWhen(true)] out BackupFileName? parsed)
    {
        parsed = null;
        if (!IsFlat(fileName))
        {
            return false;
        }

        if (TryCut(fileName, ManifestSuffix, out var name))
        {
            parsed = new BackupFileName(fileName, name, BackupFileKind.Manifest, BackupCompression.None, Encrypted: false);
            return true;
        }

        var encrypted = TryCut(fileName, EncryptedSuffix, out var rest);
        rest = encrypted ? rest : fileName;
        var compression = CutCompression(ref rest);
        if (TryCut(rest, IndexSuffix, out name))
        {
            parsed = new BackupFileName(fileName, name, BackupFileKind.Index, compression, encrypted);
            return true;
        }

        if (!TryCut(rest, SqlSuffix, out name))
        {
            return false;
        }

        parsed = TryCut(name, GlobalsMark, out var owner)
            ? new BackupFileName(fileName, owner, BackupFileKind.Globals, compression, encrypted)
            : new BackupFileName(fileName, name, BackupFileKind.Data, compression, encrypted);
        return true;
    }

    /// <summary>Whether a file is called as only the files of backups made here are.</summary>
    public static bool IsOwn(string fileName) =>
        TryParse(fileName, out var parsed)
        && parsed.Name.StartsWith(Prefix, StringComparison.Ordinal)
        && parsed.Name.Length == Prefix.Length + TimeLength
        && TimeOf(parsed.Name) is not null;

    /// <summary>The UTC time that a backup's name ends with, whoever made it; null where there is none.</summary>
    public static DateTimeOffset? TimeOf(string name)
    {
        if (name.Length < TimeLength)
        {
            return null;
        }

        return DateTimeOffset.TryParseExact(
            name.AsSpan(name.Length - TimeLength),
            TimePattern,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            ? time
            : null;
    }

    /// <summary>
    /// Whether a text can be an object's name in a flat place: nothing that leads out of it. Names come from manifests, too,
    /// and files of those names are opened and removed.
    /// </summary>
    public static bool IsFlat(string name) =>
        name.Length is > 0 and <= 255
        && name is not "." and not ".."
        && !name.AsSpan().ContainsAny('/', '\\')
        && !name.AsSpan().ContainsAnyInRange('\0', '\u001f')
        && !name.AsSpan().ContainsAnyInRange('\u007f', '\u009f');

    private static string Finish(string fileName, BackupCompression compression, bool encrypted) =>
        fileName + MemberCodec.For(compression).Suffix + (encrypted ? EncryptedSuffix : "");

    private static BackupCompression CutCompression(ref string name)
    {
        foreach (var codec in MemberCodec.All)
        {
            if (codec.Suffix.Length > 0 && TryCut(name, codec.Suffix, out var rest))
            {
                name = rest;
                return codec.Compression;
            }
        }

        return BackupCompression.None;
    }

    private static bool TryCut(string text, string suffix, out string rest)
    {
        var found = text.Length > suffix.Length && text.EndsWith(suffix, StringComparison.Ordinal);
        rest = found ? text[..^suffix.Length] : text;
        return found;
    }
}
