using System.Globalization;
using System.Management.Automation;

namespace Mina.Backup.Binding;

/// <summary>
/// Turns an argument into a length of time: a TimeSpan, <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>7d</c>, or <c>00:00:30</c>. A bare number is refused:
/// PowerShell would take it for ticks of 100 nanoseconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    private const string Advice = "Write it like 30s, 5m, 2h, 7d or 00:00:30.";

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => null,
            TimeSpan span => Check(span, span.ToString()),
            string text => Check(Parse(text.Trim()), text),
            // PowerShell itself reads 30s and 7d without quotes as numbers, of the types for which the letters stand in its own grammar.
            short seconds => Check(TimeSpan.FromSeconds(seconds), Convert.ToString(inputData, CultureInfo.InvariantCulture)!),
            decimal days => Check(Parse(days.ToString(CultureInfo.InvariantCulture) + "d"), Convert.ToString(inputData, CultureInfo.InvariantCulture)!),
            var other => throw Refuse(Convert.ToString(other, CultureInfo.InvariantCulture)),
        };

    private static TimeSpan Parse(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span))
        {
            return span;
        }

        if (text.Length < 2 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
        {
            throw Refuse(text);
        }

        var seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => throw Refuse(text) };
        return count * seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(count * seconds) : throw Refuse(text);
    }

    private static TimeSpan Check(TimeSpan span, string text) => span >= TimeSpan.Zero ? span : throw Refuse(text);

    private static ArgumentTransformationMetadataException Refuse(string? text) => new($"'{text}' is not a length of time. {Advice}");
}
