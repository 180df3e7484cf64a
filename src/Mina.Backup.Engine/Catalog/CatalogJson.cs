using System.Text.Json.Serialization;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// JSON of manifests and indexes, generated at build time. Texts outside ASCII are escaped, so that the lines are valid in whatever
/// encoding a dump uses. Unknown properties are skipped: a later version may add some within one format version.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UseStringEnumConverter = true,
    Converters = [typeof(SecondsConverter), typeof(FingerprintConverter), typeof(UtcConverter)])]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(IndexLine))]
internal sealed partial class CatalogJson : JsonSerializerContext;
