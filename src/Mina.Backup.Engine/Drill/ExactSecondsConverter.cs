using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// A duration as a number of seconds, exact to the last tick, and negative where clocks disagree: evidence must read back as it was measured,
/// and nothing measured may make a record unreadable.
/// </summary>
internal sealed class ExactSecondsConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDecimal(out var seconds) || decimal.Abs(seconds) > long.MaxValue / TimeSpan.TicksPerSecond)
        {
            throw new JsonException("A duration is a number of seconds.");
        }

        return TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((decimal)value.Ticks / TimeSpan.TicksPerSecond);
}
