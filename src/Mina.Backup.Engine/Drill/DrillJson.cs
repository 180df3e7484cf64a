using System.Text.Json.Serialization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>JSON of the history of drills, generated at build time. Unknown properties are skipped; what can be computed is not written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    Converters = [typeof(ExactSecondsConverter), typeof(UtcConverter), typeof(LsnConverter)])]
[JsonSerializable(typeof(DrillEnvelope))]
[JsonSerializable(typeof(DrillChainHead))]
[JsonSerializable(typeof(RecoveryDrillResult))]
internal sealed partial class DrillJson : JsonSerializerContext;
