using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>
/// Sends requests to Neon's API and repeats those that may be repeated: all of them while the project is locked, the service closed or requests are too many; GETs
/// also when no answer came. What is no GET and got no clear answer is never sent again from here: that is <c>NeonOutcomeUnknown</c>, and whoever asked has to look.
/// </summary>
internal sealed class NeonTransport
{
    // One for the process, as its connections outlive a command. It holds no state of a run: the key is put on each request.
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private static readonly ResiliencePropertyKey<string> Purpose = new("purpose");

    private readonly NeonAccess access;
    private readonly NeonTimes times;
    private readonly RunContext context;
    private readonly ResiliencePipeline<NeonReply> repeatable;
    private readonly ResiliencePipeline<NeonReply> single;

    /// <summary>Creates the transport of one run.</summary>
    public NeonTransport(NeonAccess access, NeonTimes times, RunContext context)
    {
        this.access = access;
        this.times = times;
        this.context = context;
        repeatable = Build(repeatsLost: true);
        single = Build(repeatsLost: false);
    }

    /// <summary>Asks for something.</summary>
    public async Task<T> GetAsync<T>(string path, string purpose, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(HttpMethod.Get, path, null, purpose, cancellationToken);
        return Read(reply, purpose, type) ?? throw NeonErrors.Unreadable(access, reply, purpose);
    }

    /// <summary>Has something done.</summary>
    /// <returns>What was answered; null where the answer has no body.</returns>
    /// <exception cref="ServiceException"><c>NeonOutcomeUnknown</c> when it may have been done.</exception>
    public async Task<T?> DoAsync<T>(HttpMethod method, string path, byte[]? body, string purpose, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var reply = await SendAsync(method, path, body, purpose, cancellationToken);
        try
        {
            return reply.Body.Length == 0 ? null : Read(reply, purpose, type);
        }
        catch (ServiceException e) when (e.Definition == ErrorCatalog.NeonAnswerInvalid)
        {
            throw NeonErrors.Unknown(purpose, e);
        }
    }

    private ResiliencePipeline<NeonReply> Build(bool repeatsLost) => new ResiliencePipelineBuilder<NeonReply> { TimeProvider = context.Clock }
        .AddRetry(new RetryStrategyOptions<NeonReply>
        {
            MaxRetryAttempts = times.BusyRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = times.FirstRetry,
            MaxDelay = times.LongestRetry,
            ShouldHandle = attempt => ValueTask.FromResult(MayRepeat(attempt.Outcome, attempt.AttemptNumber, repeatsLost)),
            DelayGenerator = attempt => ValueTask.FromResult(attempt.Outcome.Result?.RetryAfter),
            OnRetry = attempt =>
            {
                var why = attempt.Outcome.Result is { } reply ? $"answered {(int)reply.Status}" : "did not answer";
                attempt.Context.Properties.TryGetValue(Purpose, out var purpose);
                context.Verbose(string.Create(CultureInfo.InvariantCulture, $"Neon's API {why} to {purpose}; once more in {attempt.RetryDelay.TotalSeconds:F1} s."));
                return ValueTask.CompletedTask;
            },
        })
        .AddTimeout(new TimeoutStrategyOptions { Timeout = times.Attempt })
        .Build();

    private bool MayRepeat(Outcome<NeonReply> outcome, int attempt, bool repeatsLost) => outcome switch
    {
        { Result: { IsBusy: true } reply } => !(reply.RetryAfter > times.LongestRetryAfter),
        { Result: { IsUnclear: true } } or { Exception: HttpRequestException or TimeoutRejectedException } => repeatsLost && attempt < times.LostRetries,
        _ => false,
    };

    private async Task<NeonReply> SendAsync(HttpMethod method, string path, byte[]? body, string purpose, CancellationToken cancellationToken)
    {
        var isGet = method == HttpMethod.Get;
        var run = ResilienceContextPool.Shared.Get(cancellationToken);
        run.Properties.Set(Purpose, purpose);
        try
        {
            var reply = await (isGet ? repeatable : single).ExecuteAsync(async attempt => await SendOnceAsync(method, path, body, attempt.CancellationToken), run);
            return reply.IsSuccess ? reply
                : reply.IsUnclear && !isGet ? throw NeonErrors.Unknown(purpose, NeonErrors.Refused(access, reply, purpose))
                : throw NeonErrors.Refused(access, reply, purpose);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            var lost = NeonErrors.Unreachable(access, purpose, e);
            throw isGet || NeverLeft(e) ? lost : NeonErrors.Unknown(purpose, lost);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(run);
        }
    }

    // Without a connection nothing was sent.
    private static bool NeverLeft(Exception e) => e is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    private async ValueTask<NeonReply> SendOnceAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(access.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Key.Reveal());
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Mina.Backup", ProductVersion.Text));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        context.Debug($"{method} {path}");
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return new NeonReply
        {
            Status = response.StatusCode,
            Body = await response.Content.ReadAsByteArrayAsync(cancellationToken),
            RetryAfter = NeonReply.ReadRetryAfter(response.Headers, context.Now),
            RequestId = response.Headers.TryGetValues("X-Request-ID", out var ids) ? ids.FirstOrDefault() : null,
        };
    }

    private T? Read<T>(NeonReply reply, string purpose, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(reply.Body, type);
        }
        catch (JsonException e)
        {
            throw NeonErrors.Unreadable(access, reply, purpose, e);
        }
    }
}
