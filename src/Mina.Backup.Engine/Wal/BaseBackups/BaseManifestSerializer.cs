using System.Buffers;
using System.Text.Json;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>Manifests of base backups to and from JSON. What is read is validated in full: its names are used to open and to remove files.</summary>
internal static class BaseManifestSerializer
{
    /// <summary>The manifest as UTF-8 JSON with a final newline.</summary>
    public static byte[] Write(BaseBackupManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            JsonSerializer.Serialize(writer, manifest, BaseBackupJson.Default.BaseBackupManifest);
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads and validates a manifest.</summary>
    /// <exception cref="IntegrityException"><c>ManifestUnreadable</c>, <c>ManifestMismatch</c>.</exception>
    public static BaseBackupManifest Read(ReadOnlySpan<byte> json, string expectedName)
    {
        BaseBackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, BaseBackupJson.Default.BaseBackupManifest);
        }
        catch (JsonException error)
        {
            throw ManifestSerializer.Unreadable(
                expectedName, FormattableString.Invariant($"line {(error.LineNumber ?? 0) + 1} is not as the format says ({error.Path ?? "$"})"), error);
        }

        if ((manifest is null ? "it is empty" : FindProblem(manifest)) is { } problem)
        {
            throw ManifestSerializer.Unreadable(expectedName, problem);
        }

        return manifest!.Name == expectedName
            ? manifest
            : throw new IntegrityException(
                ErrorCatalog.ManifestMismatch,
                $"The manifest beside base backup {expectedName} belongs to {manifest.Name}.",
                new ErrorContext { Target = expectedName });
    }

    private static string? FindProblem(BaseBackupManifest manifest)
    {
        var encrypted = manifest.Encryption != BackupEncryption.None;
        return manifest switch
        {
            { FormatVersion: < BaseBackupManifest.FullVersion or > BaseBackupManifest.IncrementalVersion } =>
                FormattableString.Invariant($"its format version {manifest.FormatVersion} is not known to this version of the product"),
            { FormatVersion: BaseBackupManifest.FullVersion, Parent: not null } or { FormatVersion: BaseBackupManifest.IncrementalVersion, Parent: null } =>
                "its format version does not say whether it is full or incremental",
            { Parent: { } parent } when !BaseBackupNames.IsName(parent.Name) || parent.Name == manifest.Name || parent.StartLsn >= manifest.StartLsn =>
                "what it builds on is not an earlier base backup",
            _ when !BaseBackupNames.IsName(manifest.Name) => "its name is not a base backup's name",
            { Encryption: BackupEncryption.Unknown } => "its encryption is not known",
            _ when !Enum.IsDefined(manifest.Encryption) => "its encryption is not known",
            { Encryption: BackupEncryption.Recipient, RecipientKeyId: null } => "it names no recipient",
            { Duration.Ticks: < 0 } or { PlainSize: < 0 } or { Files: < 0 } => "it counts less than nothing",
            { Timeline: 0 } or { StartTimeline: 0 } => "its timeline is not one",
            _ when manifest.StopLsn < manifest.StartLsn || manifest.EndedAt < manifest.StartedAt => "it ends before it begins",
            _ when !long.IsPow2(manifest.SegmentSize) || manifest.SegmentSize is < 1 << 20 or > 1 << 30 => "no cluster has WAL segments of its size",
            _ when manifest.Archives.Count == 0 || manifest.Archives[0].Tablespace is not null => "it names no archive of the data directory",
            _ when manifest.Archives.Any(archive => !IsFile(archive.File, BaseBackupNames.ArchiveFile(manifest.Name, archive.Tablespace, encrypted)))
                || manifest.Archives.DistinctBy(archive => archive.Tablespace).Count() != manifest.Archives.Count => "name, size or SHA-256 of an archive is not one",
            _ when !IsFile(manifest.Index, BaseBackupNames.IndexFile(manifest.Name, encrypted)) => "name, size or SHA-256 of its index is not one",
            _ => null,
        };
    }

    private static bool IsFile(ManifestFile file, string name) => file.Name == name && file.Size >= 0 && Sha256Text.IsValid(file.Sha256);
}
