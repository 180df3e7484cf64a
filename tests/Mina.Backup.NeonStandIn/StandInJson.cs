using System.Globalization;
using System.Text.Json.Nodes;

namespace Mina.Backup.NeonStandIn;

/// <summary>How the API tells the parts of the project.</summary>
internal static class StandInJson
{
    private const string Start = "2026-01-01T00:00:00Z";

    public static JsonObject Project(StandInOptions options) => new()
    {
        ["project"] = new JsonObject
        {
            ["id"] = options.Project, ["name"] = "mina", ["platform_id"] = "aws", ["region_id"] = "aws-eu-central-1", ["pg_version"] = 15, ["proxy_host"] = "eu-central-1.aws.neon.tech",
            ["history_retention_seconds"] = (int)options.Retention.TotalSeconds, ["created_at"] = Text(options.CreatedAt), ["updated_at"] = Text(options.CreatedAt), ["owner_id"] = "org-mina",
            ["consumption_period_start"] = Start, ["consumption_period_end"] = Start, ["active_time_seconds"] = 1, ["compute_time_seconds"] = 1, ["written_data_bytes"] = 1, ["data_transfer_bytes"] = 1,
            ["data_storage_bytes_hour"] = 1, ["branch_logical_size_limit"] = 1, ["branch_logical_size_limit_bytes"] = 1, ["store_passwords"] = true, ["cpu_used_sec"] = 1, ["provisioner"] = "k8s-neonvm",
            ["creation_source"] = "console", ["a_field_of_next_year"] = new JsonArray(1, 2),
        },
    };

    public static JsonObject Branch(StandInOptions options, StandInBranch branch)
    {
        var json = new JsonObject
        {
            ["id"] = branch.Id, ["project_id"] = options.Project, ["name"] = branch.Name, ["current_state"] = branch.State, ["state_changed_at"] = Text(branch.CreatedAt), ["creation_source"] = "api",
            ["created_at"] = Text(branch.CreatedAt), ["updated_at"] = Text(branch.CreatedAt), ["default"] = branch.IsDefault, ["protected"] = branch.IsProtected, ["cpu_used_sec"] = 0,
            ["active_time_seconds"] = 0, ["compute_time_seconds"] = 0, ["written_data_bytes"] = 0, ["data_transfer_bytes"] = 0, ["logical_size"] = 29_507_584, ["a_field_of_next_year"] = "yes",
        };
        Add(json, "parent_id", branch.Parent);
        Add(json, "parent_lsn", branch.Lsn?.ToString());
        Add(json, "parent_timestamp", branch.Point.Time is { } time ? Text(time) : null);
        Add(json, "expires_at", branch.ExpiresAt is { } end ? Text(end) : null);
        return json;
    }

    public static JsonObject Endpoint(StandInOptions options, StandInEndpoint endpoint) => new()
    {
        ["id"] = endpoint.Id, ["host"] = endpoint.Host, ["project_id"] = options.Project, ["branch_id"] = endpoint.Branch, ["type"] = endpoint.Type, ["region_id"] = "aws-eu-central-1",
        ["autoscaling_limit_min_cu"] = 0.25, ["autoscaling_limit_max_cu"] = 2, ["current_state"] = "idle", ["pooler_enabled"] = false, ["pooler_mode"] = "transaction", ["disabled"] = false,
        ["passwordless_access"] = true, ["creation_source"] = "api", ["created_at"] = Start, ["updated_at"] = Start, ["settings"] = new JsonObject(), ["proxy_host"] = "eu-central-1.aws.neon.tech",
        ["suspend_timeout_seconds"] = 0, ["provisioner"] = "k8s-neonvm",
    };

    public static JsonObject Operation(StandInOptions options, StandInOperation operation)
    {
        var json = new JsonObject
        {
            ["id"] = operation.Id, ["project_id"] = options.Project, ["branch_id"] = operation.Branch, ["action"] = operation.Action, ["status"] = operation.Status, ["failures_count"] = 0,
            ["created_at"] = Start, ["updated_at"] = Start, ["total_duration_ms"] = 1,
        };
        Add(json, "error", operation.Error);
        return json;
    }

    public static JsonArray Databases(StandInOptions options, string branch) =>
    [
        .. options.Databases.Select((database, index) => new JsonObject
        {
            ["id"] = index + 1, ["branch_id"] = branch, ["name"] = database.Name, ["owner_name"] = database.Owner, ["created_at"] = Text(options.CreatedAt.AddDays(index)), ["updated_at"] = Start,
        }),
    ];

    public static JsonArray Roles(StandInOptions options, string branch) =>
        [.. options.Roles.Select(role => new JsonObject { ["branch_id"] = branch, ["name"] = role.Name, ["protected"] = false, ["created_at"] = Start, ["updated_at"] = Start })];

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    public static JsonObject Error(string message, string code = "") => new() { ["request_id"] = "f3a1c9e2-0000-4000-8000-5d1a2b3c4d5e", ["code"] = code, ["message"] = message };

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
