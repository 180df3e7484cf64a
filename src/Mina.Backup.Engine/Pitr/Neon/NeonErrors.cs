using System.Globalization;
using System.Net;
using System.Text.Json;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Turns what Neon's API answers into errors: what was asked, what it said, its code and the request's id. The key is in none of them.</summary>
internal static class NeonErrors
{
    // Whatever stands between us and the API may answer a whole page.
    private const int LongestMessage = 500;

    /// <summary>The API answered that it did not do it.</summary>
    public static ServiceException Refused(NeonAccess access, NeonReply reply, string purpose)
    {
        var said = ReadError(reply);
        var code = string.IsNullOrEmpty(said?.Code) ? null : said.Code;
        var id = said?.RequestId ?? reply.RequestId;
        string[] facts =
        [
            string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)reply.Status}"),
            .. code is null ? Array.Empty<string>() : [$"code {code}"],
            .. id is null ? Array.Empty<string>() : [$"request {id}"],
        ];
        var words = string.IsNullOrWhiteSpace(said?.Message) ? "it gave no message that could be read" : said.Message.TrimEnd('.');
        var wait = reply is { IsBusy: true, RetryAfter: { } after } ? string.Create(CultureInfo.InvariantCulture, $" It asks to wait for {Math.Ceiling(after.TotalSeconds)} s.") : "";
        return new ServiceException(
            DefinitionOf(reply.Status),
            Conceal(access, $"Neon did not do what it was asked, {purpose}: {words} ({string.Join(", ", facts)}).{wait}"),
            new ErrorContext { Target = access.Project, ServiceCode = code is null ? null : Conceal(access, code), RequestId = id is null ? null : Conceal(access, id) });
    }

    /// <summary>No answer came.</summary>
    public static ServiceException Unreachable(NeonAccess access, string purpose, Exception e) => new(
        ErrorCatalog.NeonUnreachable,
        $"Neon's API at {access.Address.Authority} gave no answer when it was asked for {purpose}: {e.Message.TrimEnd('.')}.",
        new ErrorContext { Target = access.Address.Authority },
        e);

    /// <summary>It may have been done.</summary>
    public static ServiceException Unknown(string purpose, ServiceException why) => new(
        ErrorCatalog.NeonOutcomeUnknown,
        $"Whether Neon has done {purpose} is not known. {why.Message}",
        why.Context,
        why);

    /// <summary>The answer is none that the API gives.</summary>
    public static ServiceException Unreadable(NeonAccess access, NeonReply reply, string purpose, Exception? e = null) => new(
        ErrorCatalog.NeonAnswerInvalid,
        string.Create(CultureInfo.InvariantCulture, $"Neon's API at {access.Address.Authority} answered something unreadable ({reply.Body.Length} bytes, HTTP {(int)reply.Status}) when it was asked for {purpose}."),
        new ErrorContext { Target = access.Address.Authority, RequestId = reply.RequestId },
        e);

    /// <summary>An operation ended without having done what it was for.</summary>
    public static ServiceException Failed(NeonAccess access, NeonOperation operation) => new(
        ErrorCatalog.NeonOperationFailed,
        Conceal(access, $"Neon's operation {operation.Action} ({operation.Id}) ended as {operation.Status}{(string.IsNullOrWhiteSpace(operation.Error) ? "" : $": {operation.Error.TrimEnd('.')}")}."),
        new ErrorContext { Target = Conceal(access, operation.Id) });

    /// <summary>An operation took too long.</summary>
    public static ServiceException Unfinished(NeonAccess access, NeonOperation operation, TimeSpan elapsed) => new(
        ErrorCatalog.NeonOperationUnfinished,
        Conceal(access, string.Create(CultureInfo.InvariantCulture, $"Neon's operation {operation.Action} ({operation.Id}) is {operation.Status} after {elapsed.TotalSeconds:F0} s.")),
        new ErrorContext { Target = Conceal(access, operation.Id) });

    private static ErrorDefinition DefinitionOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => ErrorCatalog.NeonAuthenticationFailed,
        HttpStatusCode.Forbidden => ErrorCatalog.NeonForbidden,
        HttpStatusCode.NotFound => ErrorCatalog.NeonNotFound,
        HttpStatusCode.Locked => ErrorCatalog.NeonBusy,
        HttpStatusCode.TooManyRequests => ErrorCatalog.NeonRateLimited,
        HttpStatusCode.RequestTimeout => ErrorCatalog.NeonUnreachable,
        >= HttpStatusCode.InternalServerError => ErrorCatalog.NeonUnreachable,
        _ => ErrorCatalog.NeonRequestRefused,
    };

    private static NeonError? ReadError(NeonReply reply)
    {
        try
        {
            return JsonSerializer.Deserialize(reply.Body, NeonJson.Default.NeonError);
        }
        catch (JsonException)
        {
            // A page of a proxy, or nothing: the status has to do.
            return null;
        }
    }

    // A server that repeats what it was sent would put the key into logs and transcripts.
    private static string Conceal(NeonAccess access, string text)
    {
        var concealed = text.Replace(access.Key.Reveal(), "***", StringComparison.Ordinal);
        return concealed.Length <= LongestMessage ? concealed : concealed[..LongestMessage] + "...";
    }
}
