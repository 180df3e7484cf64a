using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Mina.Backup.NeonStandIn;

/// <summary>One thing that can be asked of the API.</summary>
/// <param name="Name">What it is called here.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path below <c>/api/v2</c>, as a regular expression with named groups.</param>
internal sealed record Call(string Name, string Method, string Path)
{
    /// <summary>What may stand in the query.</summary>
    public IReadOnlyDictionary<string, Shape> Query { get; init; } = new Dictionary<string, Shape>();

    /// <summary>What must stand in the query.</summary>
    public string[] RequiredQuery { get; init; } = [];

    /// <summary>The body; null where there is none.</summary>
    public Shape? Body { get; init; }

    /// <summary>What it answers when it was done.</summary>
    public required Shape Answer { get; init; }
}

/// <summary>
/// The contract of Neon's API, version 2, as far as branches need it: methods, paths, parameters, required members, types and values, written down from its published definition
/// of October 2025. What a request has beyond it is a violation.
/// </summary>
internal static class Contract
{
    private const string Project = "^/projects/(?<project>[a-z0-9-]{1,60})";
    private const string Branch = Project + "/branches/(?<branch>[a-z0-9-]{1,60})";

    private static readonly Shape EndpointType = Shape.OneOf("read_only", "read_write");

    private static readonly Shape Operation = Open(
        new() { ["id"] = new TextShape { Pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" }, ["branch_id"] = Shape.Id, ["status"] = Shape.Text, ["action"] = Shape.Text, ["failures_count"] = Shape.Number, ["total_duration_ms"] = Shape.Number, ["created_at"] = Shape.Time },
        "id", "project_id", "action", "status", "failures_count", "created_at", "updated_at", "total_duration_ms");

    private static readonly Shape BranchShape = Open(
        new() { ["id"] = Shape.Id, ["parent_id"] = Shape.Id, ["name"] = Shape.Text, ["default"] = Shape.Flag, ["protected"] = Shape.Flag, ["created_at"] = Shape.Time, ["parent_timestamp"] = Shape.Time, ["expires_at"] = Shape.Time, ["logical_size"] = Shape.Number, ["current_state"] = Shape.Text },
        "id", "project_id", "name", "current_state", "state_changed_at", "creation_source", "created_at", "updated_at", "default", "protected", "cpu_used_sec", "active_time_seconds", "compute_time_seconds", "written_data_bytes", "data_transfer_bytes");

    private static readonly Shape Endpoint = Open(
        new() { ["id"] = Shape.Id, ["branch_id"] = Shape.Id, ["host"] = Shape.Text, ["type"] = EndpointType, ["current_state"] = Shape.OneOf("init", "active", "idle") },
        "host", "id", "project_id", "branch_id", "region_id", "autoscaling_limit_max_cu", "autoscaling_limit_min_cu", "type", "current_state", "pooler_enabled", "pooler_mode", "disabled", "passwordless_access", "creation_source", "created_at", "updated_at", "settings", "proxy_host", "suspend_timeout_seconds", "provisioner");

    private static readonly Shape Role = Open(new() { ["name"] = Shape.Text }, "branch_id", "name", "created_at", "updated_at");

    private static readonly Shape Database = Open(new() { ["id"] = Shape.Number, ["name"] = Shape.Text, ["owner_name"] = Shape.Text }, "id", "branch_id", "name", "owner_name", "created_at", "updated_at");

    private static readonly Shape ConnectionDetails = Open(
        new() { ["connection_uri"] = Shape.Text, ["connection_parameters"] = Open([], "database", "password", "role", "host", "pooler_host") }, "connection_uri", "connection_parameters");

    private static readonly Shape Changed = Open(new() { ["branch"] = BranchShape, ["operations"] = new ListShape(Operation) }, "branch", "operations");

    /// <summary>An error: <c>code</c> is there, but may be empty.</summary>
    public static readonly Shape Error = Open(new() { ["request_id"] = Shape.Text, ["code"] = Shape.Text, ["message"] = Shape.Text }, "message", "code");

    /// <summary>All calls.</summary>
    public static readonly IReadOnlyList<Call> Calls =
    [
        new("GetProject", "GET", Project + "$")
        {
            Answer = Open(
                new()
                {
                    ["project"] = Open(
                        new() { ["id"] = Shape.Id, ["pg_version"] = Shape.Number, ["history_retention_seconds"] = Shape.Number, ["created_at"] = Shape.Time },
                        "consumption_period_end", "consumption_period_start", "active_time_seconds", "compute_time_seconds", "written_data_bytes", "data_transfer_bytes", "data_storage_bytes_hour", "id", "platform_id", "region_id", "name", "pg_version", "proxy_host", "branch_logical_size_limit", "branch_logical_size_limit_bytes", "store_passwords", "cpu_used_sec", "provisioner", "creation_source", "history_retention_seconds", "created_at", "updated_at", "owner_id"),
                },
                "project"),
        },
        new("ListBranches", "GET", Project + "/branches$")
        {
            Query = new Dictionary<string, Shape>
            {
                ["search"] = Shape.Text,
                ["sort_by"] = Shape.OneOf("name", "created_at", "updated_at"),
                ["sort_order"] = Shape.OneOf("asc", "desc"),
                ["cursor"] = Shape.Text,
                ["limit"] = new NumberShape { Minimum = 1, Maximum = 10000 },
            },
            Answer = Open(new() { ["branches"] = new ListShape(BranchShape), ["pagination"] = Open(new() { ["next"] = Shape.Text }) }, "branches", "annotations"),
        },
        new("CreateBranch", "POST", Project + "/branches$")
        {
            Body = Closed(
                new()
                {
                    ["branch"] = Closed(new()
                    {
                        ["parent_id"] = Shape.Id,
                        ["name"] = new TextShape { MaximumLength = 256 },
                        ["parent_lsn"] = Shape.Text,
                        ["parent_timestamp"] = Shape.Time,
                        ["protected"] = Shape.Flag,
                        ["archived"] = Shape.Flag,
                        ["init_source"] = Shape.Text,
                        ["expires_at"] = Shape.TimeInSeconds,
                    }),
                    ["endpoints"] = new ListShape(Closed(new() { ["type"] = EndpointType, ["suspend_timeout_seconds"] = Shape.Number }, "type")),
                    ["annotation_value"] = new MapShape(50),
                }),
            Answer = Open(
                new()
                {
                    ["branch"] = BranchShape,
                    ["endpoints"] = new ListShape(Endpoint),
                    ["operations"] = new ListShape(Operation),
                    ["roles"] = new ListShape(Role),
                    ["databases"] = new ListShape(Database),
                    ["connection_uris"] = new ListShape(ConnectionDetails),
                },
                "branch", "endpoints", "operations", "roles", "databases"),
        },
        new("DeleteBranch", "DELETE", Branch + "$") { Answer = Changed },
        new("RestoreBranch", "POST", Branch + "/restore$")
        {
            Body = Closed(
                new() { ["source_branch_id"] = Shape.Id, ["source_lsn"] = Shape.Text, ["source_timestamp"] = Shape.Time, ["preserve_under_name"] = Shape.Text }, "source_branch_id"),
            Answer = Changed,
        },
        new("SetAsDefault", "POST", Branch + "/set_as_default$") { Answer = Changed },
        new("ListDatabases", "GET", Branch + "/databases$") { Answer = Open(new() { ["databases"] = new ListShape(Database) }, "databases") },
        new("ListRoles", "GET", Branch + "/roles$") { Answer = Open(new() { ["roles"] = new ListShape(Role) }, "roles") },
        new("ListEndpoints", "GET", Project + "/endpoints$") { Answer = Open(new() { ["endpoints"] = new ListShape(Endpoint) }, "endpoints") },
        new("GetConnectionUri", "GET", Project + "/connection_uri$")
        {
            Query = new Dictionary<string, Shape> { ["branch_id"] = Shape.Id, ["endpoint_id"] = Shape.Id, ["database_name"] = Shape.Text, ["role_name"] = Shape.Text, ["pooled"] = Shape.Flag },
            RequiredQuery = ["database_name", "role_name"],
            Answer = Open(new() { ["uri"] = Shape.Text }, "uri"),
        },
        new("ListOperations", "GET", Project + "/operations$")
        {
            Query = new Dictionary<string, Shape> { ["cursor"] = Shape.Text, ["limit"] = new NumberShape { Minimum = 1, Maximum = 1000 } },
            Answer = Open(new() { ["operations"] = new ListShape(Operation), ["pagination"] = Open(new() { ["cursor"] = Shape.Text }, "cursor") }, "operations"),
        },
        new("GetOperation", "GET", Project + "/operations/(?<operation>[0-9a-f-]{36})$") { Answer = Open(new() { ["operation"] = Operation }, "operation") },
    ];

    /// <summary>Finds the call that a request makes; null when it is none.</summary>
    public static (Call Call, GroupCollection Groups)? Find(string method, string path) => Calls
        .Where(call => call.Method == method)
        .Select(call => (Call: call, Match: Regex.Match(path, call.Path)))
        .Where(found => found.Match.Success)
        .Select(found => ((Call, GroupCollection)?)(found.Call, found.Match.Groups))
        .FirstOrDefault();

    /// <summary>What of a request is not as the contract has it.</summary>
    public static IEnumerable<string> Check(Call call, IQueryCollection query, string body)
    {
        foreach (var missing in call.RequiredQuery.Where(name => !query.ContainsKey(name)))
        {
            yield return $"{call.Name}: {missing} is missing in the query";
        }

        foreach (var (name, values) in query)
        {
            var problems = !call.Query.TryGetValue(name, out var shape) ? [$"{name} is unknown"] : values.Count != 1 ? [$"{name} is there {values.Count} times"] : shape.CheckText(values[0]!, name);
            foreach (var problem in problems)
            {
                yield return $"{call.Name}: {problem}";
            }
        }

        foreach (var problem in CheckBody(call.Body, body))
        {
            yield return $"{call.Name}: {problem}";
        }
    }

    private static IEnumerable<string> CheckBody(Shape? shape, string body)
    {
        if (shape is null)
        {
            return body.Length == 0 ? [] : ["there is a body"];
        }

        try
        {
            return shape.Check(JsonNode.Parse(body), "body");
        }
        catch (JsonException)
        {
            return ["the body is no JSON"];
        }
    }

    private static ObjectShape Closed(Dictionary<string, Shape> members, params string[] required) => new(members, required);

    private static ObjectShape Open(Dictionary<string, Shape> members, params string[] required) => new(members, required) { IsOpen = true };
}
