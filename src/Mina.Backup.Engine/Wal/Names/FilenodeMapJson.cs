using System.Text.Json.Serialization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Wal.BaseBackups;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>JSON of filenode maps, generated at build time. Unknown properties are skipped.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcConverter), typeof(LsnConverter)])]
[JsonSerializable(typeof(FilenodeMap))]
internal sealed partial class FilenodeMapJson : JsonSerializerContext;
