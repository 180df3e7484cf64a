using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Times as the API takes them: UTC with a <c>Z</c>, and a fraction only where there is one, as some members are precise to the second.</summary>
internal sealed class NeonTimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().ToUniversalTime();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
}
