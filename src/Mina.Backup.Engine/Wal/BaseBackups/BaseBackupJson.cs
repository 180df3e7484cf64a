using System.Text.Json.Serialization;
using Mina.Backup.Engine.Catalog;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>JSON of the manifests and indexes of base backups, generated at build time. Unknown properties are skipped.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UseStringEnumConverter = true,
    Converters = [typeof(SecondsConverter), typeof(UtcConverter), typeof(LsnConverter)])]
[JsonSerializable(typeof(BaseBackupManifest))]
[JsonSerializable(typeof(BaseIndexLine))]
internal sealed partial class BaseBackupJson : JsonSerializerContext;
