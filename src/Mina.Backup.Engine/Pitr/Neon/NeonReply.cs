using System.Net;
using System.Net.Http.Headers;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>An answer of the API, read to its end.</summary>
internal sealed record NeonReply
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(int.MaxValue);

    /// <summary>Status.</summary>
    public required HttpStatusCode Status { get; init; }

    /// <summary>Body.</summary>
    public required byte[] Body { get; init; }

    /// <summary>What <c>Retry-After</c> asks to wait, in seconds or until a date; null without one.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Id of the request, where a header tells it.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether it was done.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>
    /// Whether it was certainly not done and may be asked for again, whatever it was: locked by other operations (423), the service closed (503), too many requests (429).
    /// </summary>
    public bool IsBusy => Status is HttpStatusCode.Locked or HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests;

    /// <summary>Whether it does not tell if it was done: an answer of something between us and the API, or of an API that failed on the way.</summary>
    public bool IsUnclear => !IsBusy && (Status == HttpStatusCode.RequestTimeout || (int)Status >= 500);

    /// <summary>
    /// What a header's value means at a time: <c>Retry-After: 120</c>, or a date (RFC 9110, 10.2.3). No time at all, or a date that has passed, is no wait to keep to: null, as
    /// asking again at once would only use up the repetitions.
    /// </summary>
    public static TimeSpan? ReadRetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            // More seconds than the parsed form can hold.
            _ when headers.TryGetValues("Retry-After", out var values) && values.First() is { Length: > 0 } text && text.All(char.IsAsciiDigit) => Longest,
            _ => TimeSpan.Zero,
        };
        return wait > TimeSpan.Zero ? wait : null;
    }
}
