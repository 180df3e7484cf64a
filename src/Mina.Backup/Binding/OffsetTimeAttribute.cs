using System.Globalization;
using System.Management.Automation;

namespace Mina.Backup.Binding;

/// <summary>
/// Turns an argument into a point in time, or refuses it. Only what says its offset from UTC is a point in time: a text without an
/// offset would silently mean another instant on another machine, and a text such as 03/04/2026 another day in another culture.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class OffsetTimeAttribute : ArgumentTransformationAttribute
{
    private const string Advice = "Write it like 2026-11-24T01:15:00Z or 2026-11-24T03:15:00+02:00.";

    // ISO 8601 only. K takes Z or an offset; that one of them is there is checked apart, as K takes nothing too.
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK",
        "yyyy-MM-dd HH:mm:ss K", "yyyy-MM-dd HH:mm K",
    ];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => null,
            DateTimeOffset time => time.ToUniversalTime(),
            DateTime { Kind: DateTimeKind.Unspecified } time => throw Refuse(
                time.ToString("s", CultureInfo.InvariantCulture),
                "is a DateTime of unspecified kind"),
            DateTime time => new DateTimeOffset(time).ToUniversalTime(),
            string text => Parse(text.Trim()),
            var other => throw Refuse(other.ToString(), $"is a {other.GetType().Name}"),
        };

    private static DateTimeOffset Parse(string text)
    {
        if (!DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            throw Refuse(text, "is not a time in ISO 8601 with an offset");
        }

        return EndsWithOffset(text) ? time.ToUniversalTime() : throw Refuse(text, "gives no offset from UTC");
    }

    // All formats put ':' into the time; an offset is a Z, or a sign after it.
    private static bool EndsWithOffset(string text) =>
        text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf(':', StringComparison.Ordinal);

    private static ArgumentTransformationMetadataException Refuse(string? text, string reason) =>
        new($"The time '{text}' {reason}. {Advice}");
}
