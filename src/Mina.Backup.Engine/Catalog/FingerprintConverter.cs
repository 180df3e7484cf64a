using System.Text.Json;
using System.Text.Json.Serialization;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Catalog;

/// <summary>A fingerprint as 32 hexadecimal digits.</summary>
internal sealed class FingerprintConverter : JsonConverter<TableFingerprint>
{
    private const int Digits = 32;

    /// <inheritdoc/>
    public override TableFingerprint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : string.Empty;
        return text.Length == Digits && text.All(char.IsAsciiHexDigit)
            ? TableFingerprint.Parse(text)
            : throw new JsonException("A fingerprint is not 32 hexadecimal digits.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TableFingerprint value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
