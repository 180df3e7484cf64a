using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Mina.Backup.Model;

namespace Mina.Backup.NeonStandIn;

/// <summary>
/// The project behind the API: its branches, endpoints and operations, and what becomes of them. Operations run one after the other and lock the project while they do.
/// </summary>
public sealed class StandInProject : IAsyncDisposable
{
    private readonly StandInOptions options;
    private readonly Lock gate = new();
    private readonly List<StandInBranch> branches = [];
    private readonly List<StandInEndpoint> endpoints = [];
    private readonly List<StandInOperation> operations = [];
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> work = [];
    private int ids;

    /// <summary>Creates a project with its root branch.</summary>
    public StandInProject(StandInOptions options)
    {
        this.options = options;
        Root = new StandInBranch { Id = "br-main-1", Name = "main", IsDefault = true, CreatedAt = options.CreatedAt };
        branches.Add(Root);
        var endpoint = AddEndpoint(Root.Id, "read_write");
        if (options.Root is { } server)
        {
            endpoint.Forwarder!.LeadTo(server);
        }
    }

    /// <summary>The root branch.</summary>
    public StandInBranch Root { get; }

    /// <summary>Status in which operations of an action end instead of <c>finished</c>; one that is no end goes on for ever.</summary>
    public ConcurrentDictionary<string, string> Fates { get; } = new();

    /// <summary>What an operation that met its fate says.</summary>
    public string FateError { get; set; } = "a fate of the test";

    /// <summary>Times at which the operations of the newest creation were all done, and when it was asked for.</summary>
    public (DateTimeOffset Asked, DateTimeOffset Done) LastCreation { get; private set; }

    /// <summary>The branches.</summary>
    public IReadOnlyList<StandInBranch> Branches
    {
        get
        {
            lock (gate)
            {
                return [.. branches];
            }
        }
    }

    /// <summary>Connection URI of a role on a branch's endpoint.</summary>
    public string UriOf(StandInBranch branch, string database, string role) => Uri(Endpoints(branch.Id)[0], database, role, pooled: false);

    /// <summary>Adds a branch as somebody else would have made it.</summary>
    public StandInBranch Add(string name, StandInBranch? parent = null, Action<StandInBranch>? change = null)
    {
        lock (gate)
        {
            var branch = new StandInBranch { Id = NextId("br-other"), Name = name, Parent = (parent ?? Root).Id, Lsn = new Lsn(0x1000), Point = new PitrTarget { Kind = PitrTargetKind.Latest } };
            change?.Invoke(branch);
            branches.Add(branch);
            return branch;
        }
    }

    /// <summary>Removes a branch behind everybody's back.</summary>
    public void Vanish(StandInBranch branch)
    {
        lock (gate)
        {
            branches.Remove(branch);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(work);
        foreach (var branch in branches.Where(branch => branch.Server is not null))
        {
            await options.Servers.RemoveAsync(branch.Server!);
        }

        foreach (var endpoint in endpoints.Where(endpoint => endpoint.Forwarder is not null))
        {
            await endpoint.Forwarder!.DisposeAsync();
        }

        stop.Dispose();
    }

    /// <summary>Does what a call asks for, and tells status and answer; null where the answer has no body.</summary>
    internal (int Status, JsonObject? Answer) Do(string call, GroupCollection groups, IQueryCollection query, string body)
    {
        lock (gate)
        {
            var branch = groups["branch"].Success ? branches.FirstOrDefault(candidate => candidate.Id == groups["branch"].Value) : null;
            if (groups["branch"].Success && branch is null)
            {
                return call == "DeleteBranch" ? (204, null) : (404, StandInJson.Error("branch not found"));
            }

            return call switch
            {
                "GetProject" => (200, StandInJson.Project(options)),
                "ListBranches" => (200, ListBranches(query)),
                "ListEndpoints" => (200, new JsonObject { ["endpoints"] = new JsonArray([.. endpoints.Select(endpoint => StandInJson.Endpoint(options, endpoint))]) }),
                "ListDatabases" => (200, new JsonObject { ["databases"] = StandInJson.Databases(options, branch!.Id) }),
                "ListRoles" => (200, new JsonObject { ["roles"] = StandInJson.Roles(options, branch!.Id) }),
                "ListOperations" => (200, ListOperations(query)),
                "GetOperation" => operations.FirstOrDefault(operation => operation.Id == groups["operation"].Value) is { } operation
                    ? (200, new JsonObject { ["operation"] = StandInJson.Operation(options, operation) })
                    : (404, StandInJson.Error("operation not found")),
                "GetConnectionUri" => ConnectionUri(query),
                _ when operations.Any(operation => operation.IsPending) => (423, StandInJson.Error("project already has running conflicting operations, scheduling of new ones is prohibited")),
                "CreateBranch" => Create(JsonNode.Parse(body)!.AsObject()),
                "DeleteBranch" => Delete(branch!),
                "RestoreBranch" => Restore(branch!, JsonNode.Parse(body)!.AsObject()),
                _ => SetAsDefault(branch!),
            };
        }
    }

    private JsonObject ListBranches(IQueryCollection query)
    {
        var search = query["search"].ToString();
        var all = branches.Where(branch => branch.Name.Contains(search, StringComparison.Ordinal) || branch.Id.Contains(search, StringComparison.Ordinal)).ToList();
        var (page, next) = Page(all, query);
        var annotations = new JsonObject();
        foreach (var branch in page.Where(branch => branch.Annotation is not null))
        {
            annotations[branch.Id] = new JsonObject { ["object"] = new JsonObject { ["type"] = "console/branch", ["id"] = branch.Id }, ["value"] = branch.Annotation!.DeepClone() };
        }

        var answer = new JsonObject { ["branches"] = new JsonArray([.. page.Select(branch => StandInJson.Branch(options, branch))]), ["annotations"] = annotations };
        if (next is not null)
        {
            answer["pagination"] = new JsonObject { ["next"] = next, ["sort_by"] = "updated_at", ["sort_order"] = "desc" };
        }

        return answer;
    }

    private JsonObject ListOperations(IQueryCollection query)
    {
        var (page, next) = Page(operations, query);
        var answer = new JsonObject { ["operations"] = new JsonArray([.. page.Select(operation => StandInJson.Operation(options, operation))]) };
        if (next is not null)
        {
            answer["pagination"] = new JsonObject { ["cursor"] = next };
        }

        return answer;
    }

    private (IReadOnlyList<T> Page, string? Next) Page<T>(List<T> all, IQueryCollection query)
    {
        var start = query.TryGetValue("cursor", out var cursor) ? int.Parse(Encoding.ASCII.GetString(Convert.FromBase64String(cursor.ToString())), CultureInfo.InvariantCulture) : 0;
        var size = Math.Min(options.PageSize, query.TryGetValue("limit", out var limit) ? int.Parse(limit.ToString(), CultureInfo.InvariantCulture) : options.PageSize);
        List<T> page = [.. all.Skip(start).Take(size)];
        var next = start + size < all.Count ? Convert.ToBase64String(Encoding.ASCII.GetBytes((start + size).ToString(CultureInfo.InvariantCulture))) : null;
        return (page, next);
    }

    private (int, JsonObject?) ConnectionUri(IQueryCollection query)
    {
        var endpoint = endpoints.FirstOrDefault(candidate => candidate.Id == query["endpoint_id"].ToString())
            ?? endpoints.FirstOrDefault(candidate => candidate.Branch == (query.ContainsKey("branch_id") ? query["branch_id"].ToString() : Default.Id) && candidate.Type == "read_write");
        var (database, role) = (query["database_name"].ToString(), query["role_name"].ToString());
        return endpoint is null ? (404, StandInJson.Error("endpoint not found"))
            : options.Databases.All(candidate => candidate.Name != database) ? (404, StandInJson.Error("database not found"))
            : options.Roles.All(candidate => candidate.Name != role) ? (404, StandInJson.Error("role not found"))
            : (200, new JsonObject { ["uri"] = Uri(endpoint, database, role, query["pooled"].ToString() == "true") });
    }

    private (int, JsonObject?) Create(JsonObject order)
    {
        var wish = order["branch"] as JsonObject ?? [];
        var parent = wish["parent_id"]?.GetValue<string>() is { } id ? branches.FirstOrDefault(candidate => candidate.Id == id) : Default;
        var name = wish["name"]?.GetValue<string>() ?? NextId("branch");
        if (parent is null)
        {
            return (404, StandInJson.Error("parent branch not found"));
        }

        if (branches.Any(candidate => candidate.Name == name))
        {
            return (409, StandInJson.Error("branch with the provided name already exists", "BRANCH_ALREADY_EXISTS"));
        }

        var point = ReadPoint(wish["parent_lsn"], wish["parent_timestamp"]);
        if (point.Time < Earliest(parent))
        {
            return (400, StandInJson.Error("parent timestamp is out of the window"));
        }

        var branch = new StandInBranch
        {
            Id = NextId("br-made"), Name = name, Parent = parent.Id, Point = point, Lsn = point.Lsn, State = "init",
            ExpiresAt = options.Expires && wish["expires_at"] is { } end ? ReadTime(end) : null,
            Annotation = order["annotation_value"]?.DeepClone().AsObject(),
        };
        branches.Add(branch);
        var made = (order["endpoints"] as JsonArray ?? []).Select(wanted => AddEndpoint(branch.Id, wanted!["type"]!.GetValue<string>())).ToList();
        var started = DateTimeOffset.UtcNow;
        var todo = Schedule(
            branch,
            ["create_branch", .. made.Select(_ => "start_compute")],
            async () => branch.Server = await options.Servers.MakeAsync(point, stop.Token),
            () =>
            {
                branch.State = "ready";
                branch.Lsn = branch.Server!.Reached;
                LeadTo(branch, branch.Server);
                LastCreation = (started, DateTimeOffset.UtcNow);
            });
        var answer = Changed(branch, todo);
        answer["endpoints"] = new JsonArray([.. made.Select(endpoint => StandInJson.Endpoint(options, endpoint))]);
        answer["databases"] = StandInJson.Databases(options, branch.Id);
        answer["roles"] = StandInJson.Roles(options, branch.Id);
        if (made.Count > 0 && options is { Databases.Count: 1, Roles.Count: 1 })
        {
            answer["connection_uris"] = new JsonArray(Details(made[0]));
        }

        return (201, answer);
    }

    private (int, JsonObject?) Delete(StandInBranch branch)
    {
        if (branch.Parent is null || branch.IsDefault || branch.IsProtected || branches.Any(candidate => candidate.Parent == branch.Id))
        {
            return (422, StandInJson.Error("cannot delete the branch"));
        }

        branches.Remove(branch);
        endpoints.RemoveAll(endpoint => endpoint.Branch == branch.Id && endpoint.Forwarder is null);
        return (200, Changed(branch, Schedule(branch, ["suspend_compute", "delete_timeline"], () => branch.Server is { } server ? options.Servers.RemoveAsync(server) : Task.CompletedTask, () => { })));
    }

    private (int, JsonObject?) Restore(StandInBranch branch, JsonObject order)
    {
        var source = branches.FirstOrDefault(candidate => candidate.Id == order["source_branch_id"]!.GetValue<string>());
        var name = order["preserve_under_name"]?.GetValue<string>();
        var point = ReadPoint(order["source_lsn"], order["source_timestamp"]);
        if (source is null || (source == branch && (point.Kind == PitrTargetKind.Latest || string.IsNullOrEmpty(name))))
        {
            return (400, StandInJson.Error("a branch that is restored onto itself needs a point and preserve_under_name"));
        }

        var preserved = new StandInBranch { Id = NextId("br-kept"), Name = name!, Parent = branch.Parent, CreatedAt = branch.CreatedAt, Point = branch.Point, Lsn = branch.Lsn, Server = branch.Server };
        branches.Add(preserved);
        foreach (var child in branches.Where(candidate => candidate.Parent == branch.Id))
        {
            child.Parent = preserved.Id;
        }

        branch.Parent = preserved.Id;
        branch.State = "resetting";
        branch.Server = null;
        var todo = Schedule(branch, ["create_timeline", "start_compute"], async () => branch.Server = await options.Servers.MakeAsync(point, stop.Token), () =>
        {
            branch.State = "ready";
            LeadTo(branch, branch.Server!);
        });
        return (200, Changed(branch, todo));
    }

    private (int, JsonObject?) SetAsDefault(StandInBranch branch)
    {
        Default.IsDefault = false;
        branch.IsDefault = true;
        return (200, Changed(branch, Schedule(branch, ["apply_config"], () => Task.CompletedTask, () => { })));
    }

    /// <summary>Operations that run one after the other: the first does the work, the last is followed by what everybody then sees.</summary>
    private List<StandInOperation> Schedule(StandInBranch branch, IReadOnlyList<string> actions, Func<Task> main, Action then)
    {
        List<StandInOperation> scheduled = [.. actions.Select(action => new StandInOperation { Branch = branch.Id, Action = action })];
        operations.AddRange(scheduled);
        work.Add(Task.Run(() => RunAsync(scheduled, main, then)));
        return scheduled;
    }

    private async Task RunAsync(List<StandInOperation> scheduled, Func<Task> main, Action then)
    {
        try
        {
            foreach (var operation in scheduled)
            {
                operation.Status = "running";
                if (operation == scheduled[0])
                {
                    await main();
                }

                if (Fates.TryGetValue(operation.Action, out var fate))
                {
                    operation.Error = FateError;
                    operation.Status = fate;
                    // What comes behind a failed operation does not run.
                    scheduled.Where(other => other.Status == "scheduling").ToList().ForEach(other => other.Status = "cancelled");
                    return;
                }

                if (operation == scheduled[^1])
                {
                    lock (gate)
                    {
                        then();
                    }
                }

                operation.Status = "finished";
            }
        }
        catch (Exception e) when (e is MinaException or OperationCanceledException)
        {
            scheduled.ForEach(operation => operation.Status = "failed");
            scheduled[0].Error = e.Message;
        }
    }

    private StandInBranch Default => branches.Single(branch => branch.IsDefault);

    private DateTimeOffset Earliest(StandInBranch parent) => new[] { DateTimeOffset.UtcNow - options.Retention, parent.CreatedAt }.Max();

    private List<StandInEndpoint> Endpoints(string branch) => [.. endpoints.Where(endpoint => endpoint.Branch == branch)];

    private void LeadTo(StandInBranch branch, StandInServer server)
    {
        foreach (var endpoint in Endpoints(branch.Id).Where(_ => server.Target is not null))
        {
            endpoint.Forwarder!.LeadTo(server.Target!);
        }
    }

    private StandInEndpoint AddEndpoint(string branch, string type)
    {
        var endpoint = new StandInEndpoint(NextId("ep-calm"), branch, type, options.Root is null ? null : new EndpointForwarder());
        endpoints.Add(endpoint);
        return endpoint;
    }

    private string Uri(StandInEndpoint endpoint, string database, string role, bool pooled)
    {
        var password = options.Roles.Single(candidate => candidate.Name == role).Password;
        var suffix = endpoint.Forwarder is null ? "?sslmode=require&channel_binding=require" : "";
        return $"postgresql://{role}:{password}@{(pooled ? endpoint.PoolerHost : endpoint.Host)}/{System.Uri.EscapeDataString(database)}{suffix}";
    }

    private JsonObject Details(StandInEndpoint endpoint)
    {
        var (database, (role, password)) = (options.Databases[0].Name, options.Roles[0]);
        return new JsonObject
        {
            ["connection_uri"] = Uri(endpoint, database, role, pooled: false),
            ["connection_parameters"] = new JsonObject { ["database"] = database, ["role"] = role, ["password"] = password, ["host"] = endpoint.Host, ["pooler_host"] = endpoint.PoolerHost },
        };
    }

    private JsonObject Changed(StandInBranch branch, List<StandInOperation> todo) => new()
    {
        ["branch"] = StandInJson.Branch(options, branch),
        ["operations"] = new JsonArray([.. todo.Select(operation => StandInJson.Operation(options, operation))]),
    };

    private string NextId(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{++ids:D6}");

    private static PitrTarget ReadPoint(JsonNode? lsn, JsonNode? time) => (lsn, time) switch
    {
        ({ } place, _) => new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = Lsn.Parse(place.GetValue<string>()) },
        (_, { } moment) => new PitrTarget { Kind = PitrTargetKind.Time, Time = ReadTime(moment) },
        _ => new PitrTarget { Kind = PitrTargetKind.Latest },
    };

    private static DateTimeOffset ReadTime(JsonNode node) => DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}
