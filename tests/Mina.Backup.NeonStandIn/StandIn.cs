using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mina.Backup.NeonStandIn;

/// <summary>
/// Stands in for Neon's API: one project, over HTTP on the loopback address. Every request is checked against the contract, every answer too; faults can be put in the way.
/// </summary>
public sealed class StandIn : IAsyncDisposable
{
    private readonly StandInOptions options;
    private readonly WebApplication web;

    private StandIn(StandInOptions options)
    {
        this.options = options;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        web = builder.Build();
        web.Run(HandleAsync);
        Project = new StandInProject(options);
    }

    /// <summary>Scheme, host and port: what <c>NEON_API_HOST</c> is set to.</summary>
    public string Address => web.Urls.Single();

    /// <summary>The project.</summary>
    public StandInProject Project { get; }

    /// <summary>Everything that was asked: the call's name, and the request's body.</summary>
    public ConcurrentQueue<(string Call, string Body)> Requests { get; } = new();

    /// <summary>What of requests or answers was not as the contract has it.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>Values of the User-Agent header.</summary>
    public ConcurrentQueue<string> Agents { get; } = new();

    /// <summary>Faults in the way, the first that fits is taken.</summary>
    public ConcurrentQueue<Fault> Faults { get; } = new();

    /// <summary>Starts one.</summary>
    public static async Task<StandIn> StartAsync(StandInOptions options)
    {
        var standIn = new StandIn(options);
        await standIn.web.StartAsync();
        return standIn;
    }

    /// <summary>How often something was asked.</summary>
    public int Count(string call) => Requests.Count(request => request.Call == call);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        await Project.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        Agents.Enqueue(http.Request.Headers.UserAgent.ToString());
        var path = http.Request.Path.Value!;
        if (!path.StartsWith("/api/v2/", StringComparison.Ordinal) || Contract.Find(http.Request.Method, path["/api/v2".Length..]) is not { } found)
        {
            Violations.Enqueue($"{http.Request.Method} {path} is not in the contract");
            await AnswerAsync(http, 404, StandInJson.Error("this route does not exist"), Contract.Error);
            return;
        }

        var call = found.Call;
        Requests.Enqueue((call.Name, body));
        foreach (var problem in Contract.Check(call, http.Request.Query, body))
        {
            Violations.Enqueue(problem);
        }

        var fault = Faults.FirstOrDefault(candidate => candidate.Call == call.Name && candidate.Times > 0);
        if (fault is not null)
        {
            fault.Times--;
            if (fault.Kind is FaultKind.Refuse or FaultKind.DropBefore)
            {
                await FailAsync(http, fault);
                return;
            }
        }

        var (status, answer) = Authorize(http, found.Groups["project"].Value) ?? Project.Do(call.Name, found.Groups, http.Request.Query, body);
        if (fault is not null)
        {
            await FailAsync(http, fault);
            return;
        }

        await AnswerAsync(http, status, answer, status >= 300 ? Contract.Error : call.Answer);
    }

    private static async Task FailAsync(HttpContext http, Fault fault)
    {
        if (fault.Kind is FaultKind.DropBefore or FaultKind.DropAfter)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = fault.Status;
        if (fault.RetryAfter is { } value)
        {
            http.Response.Headers.RetryAfter = value(DateTimeOffset.UtcNow);
        }

        await http.Response.WriteAsync(fault.Body ?? StandInJson.Error("a fault of the test").ToJsonString());
    }

    private async Task AnswerAsync(HttpContext http, int status, JsonObject? answer, Shape shape)
    {
        http.Response.StatusCode = status;
        if (answer is null)
        {
            return;
        }

        foreach (var problem in shape.Check(answer, "answer"))
        {
            Violations.Enqueue(problem);
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(answer.ToJsonString());
    }

    private (int, JsonObject?)? Authorize(HttpContext http, string project) =>
        http.Request.Headers.Authorization.ToString() != "Bearer " + options.Key ? (401, StandInJson.Error("supplied credentials do not pass authentication"))
        : project != options.Project ? (404, StandInJson.Error("project not found"))
        : null;
}
