using System.Text.Json;
using System.Text.Json.Serialization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>A place in the log as PostgreSQL writes it.</summary>
internal sealed class LsnConverter : JsonConverter<Lsn>
{
    /// <inheritdoc/>
    public override Lsn Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Lsn.TryParse(reader.GetString(), out var lsn)
            ? lsn
            : throw new JsonException("A place in the log is text such as 16/B374D848.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Lsn value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
