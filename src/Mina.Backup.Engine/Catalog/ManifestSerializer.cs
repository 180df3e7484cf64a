using System.Buffers;
using System.Text.Json;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Manifests to and from JSON. What is read is validated in full: nothing above has to distrust a manifest again.</summary>
public static class ManifestSerializer
{
    /// <summary>The version of the format that is written, and the greatest that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>A greater file is no manifest; it is not even read. In bytes.</summary>
    public const int GreatestSize = 1 << 20;

    /// <summary>The manifest as UTF-8 JSON with a final newline.</summary>
    public static byte[] Write(BackupManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            JsonSerializer.Serialize(writer, manifest, CatalogJson.Default.BackupManifest);
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads and validates a manifest.</summary>
    /// <param name="json">Bytes of the file.</param>
    /// <param name="expectedName">Name of the backup that it should belong to.</param>
    /// <exception cref="IntegrityException"><c>ManifestUnreadable</c>, <c>ManifestMismatch</c>.</exception>
    public static BackupManifest Read(ReadOnlySpan<byte> json, string expectedName)
    {
        BackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, CatalogJson.Default.BackupManifest);
        }
        catch (JsonException error)
        {
            throw Unreadable(expectedName, Describe(json, error), error);
        }

        var problem = manifest is null ? "it is empty" : FindProblem(manifest);
        if (problem is not null)
        {
            throw Unreadable(expectedName, problem);
        }

        return string.Equals(manifest!.Name, expectedName, StringComparison.Ordinal)
            ? manifest
            : throw new IntegrityException(
                ErrorCatalog.ManifestMismatch,
                $"The manifest beside backup {expectedName} belongs to backup {manifest.Name}.",
                new ErrorContext { Target = expectedName });
    }

    /// <summary>The error for a manifest that cannot be used.</summary>
    public static IntegrityException Unreadable(string name, string problem, Exception? innerException = null) => new(
        ErrorCatalog.ManifestUnreadable,
        $"The manifest of backup {name} cannot be used: {problem}.",
        new ErrorContext { Target = name },
        innerException);

    // The parser's own words quote what it met; a manifest holds no secret, but a foreign file of that name could.
    private static string Describe(ReadOnlySpan<byte> json, JsonException error) => json.IsEmpty
        ? "it is empty"
        : FormattableString.Invariant($"line {(error.LineNumber ?? 0) + 1} is not as the format says ({error.Path ?? "$"})");

    private static string? FindProblem(BackupManifest manifest) => manifest switch
    {
        { FormatVersion: < 1 or > FormatVersion } =>
            FormattableString.Invariant($"its format version {manifest.FormatVersion} is not known to this version of the product"),
        _ when !BackupNames.IsFlat(manifest.Name) => "its name is not a backup's name",
        { Duration.Ticks: < 0 } or { PlainSize: < 0 } or { Tables: < 0 } or { Rows: < 0 } => "it counts less than nothing",
        { Encryption: BackupEncryption.Unknown } => "its encryption is not known",
        _ when !Enum.IsDefined(manifest.Encryption) => "its encryption is not known",
        _ when !Enum.IsDefined(manifest.Compression) => "its compression is not known",
        { Encryption: BackupEncryption.Recipient, RecipientKeyId: null } => "it names no recipient",
        { RecipientKeyId: { } keyId } when keyId.Length != 16 || !keyId.All(char.IsAsciiHexDigit) => "its recipient is not a key id",
        { Data: { } data, Index: { } index } => FindProblem(manifest, data, BackupFileKind.Data)
            ?? FindProblem(manifest, index, BackupFileKind.Index)
            ?? (manifest.Globals is { } globals ? FindProblem(manifest, globals, BackupFileKind.Globals) : null),
        _ => "it names no data file",
    };

    private static string? FindProblem(BackupManifest manifest, ManifestFile file, BackupFileKind kind)
    {
        if (!BackupNames.TryParse(file.Name, out var parsed) || parsed.Kind != kind || parsed.Name != manifest.Name)
        {
            return $"the name of its {kind} file does not belong to the backup";
        }

        if (parsed.Encrypted != (manifest.Encryption != BackupEncryption.None))
        {
            return $"the name of its {kind} file contradicts its encryption";
        }

        if (parsed.Compression != manifest.Compression)
        {
            return $"the name of its {kind} file contradicts its compression";
        }

        return file.Size < 0 || !Sha256Text.IsValid(file.Sha256) ? $"size or SHA-256 of its {kind} file is not one" : null;
    }
}
