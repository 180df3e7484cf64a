using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mina.Backup.Engine.Catalog;

/// <summary>A time as RFC 3339 text in UTC, always with its <c>Z</c>. Other offsets are read and converted; none at all is refused.</summary>
internal sealed class UtcConverter : JsonConverter<DateTimeOffset>
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("A time is a text.");
        var separator = text.IndexOf('T', StringComparison.Ordinal);
        var hasOffset = separator > 0 && text.AsSpan(separator).ContainsAny('Z', '+', '-');
        return hasOffset && reader.TryGetDateTimeOffset(out var time)
            ? time.ToUniversalTime()
            : throw new JsonException("A time is not RFC 3339 text with an offset.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture));
}
