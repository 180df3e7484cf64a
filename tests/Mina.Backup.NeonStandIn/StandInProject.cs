using System.Globalization;
using System.Text.Json.Nodes;
using Mina.Backup.Model;

namespace Mina.Backup.NeonStandIn;

/// <summary>A branch of the project.</summary>
public sealed class StandInBranch
{
    /// <summary>Its id.</summary>
    public required string Id { get; set; }

    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>Id of its parent; null for a root.</summary>
    public string? Parent { get; set; }

    /// <summary>The point it was made at.</summary>
    public PitrTarget Point { get; set; } = new() { Kind = PitrTargetKind.Latest };

    /// <summary>The point's place in the log, once it is known.</summary>
    public Lsn? Lsn { get; set; }

    /// <summary>State, as the API tells it.</summary>
    public string State { get; set; } = "ready";

    /// <summary>Whether it is the default.</summary>
    public bool IsDefault { get; set; }

    /// <summary>Whether it is protected.</summary>
    public bool IsProtected { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; } = DateTimeOffset.UtcNow;

    /// <summary>When it expires.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Its annotation.</summary>
    public JsonObject? Annotation { get; set; }

    /// <summary>The server that holds it.</summary>
    public StandInServer? Server { get; set; }
}

/// <summary>A compute endpoint.</summary>
public sealed record StandInEndpoint(string Id, string Branch, string Type, EndpointForwarder? Forwarder)
{
    /// <summary>Host, with the port where it is a real one.</summary>
    public string Host => Forwarder is null
        ? $"{Id}.eu-central-1.aws.neon.tech"
        : string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Forwarder.Port}");

    /// <summary>Host of its pooler.</summary>
    public string PoolerHost => Forwarder is null ? $"{Id}-pooler.eu-central-1.aws.neon.tech" : Host;
}

/// <summary>An operation.</summary>
public sealed class StandInOperation
{
    /// <summary>Its id.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>Branch that it works on.</summary>
    public required string Branch { get; init; }

    /// <summary>What it does.</summary>
    public required string Action { get; init; }

    /// <summary>Status, as the API tells it.</summary>
    public string Status { get; set; } = "scheduling";

    /// <summary>What went wrong.</summary>
    public string? Error { get; set; }

    /// <summary>Whether it has not ended.</summary>
    public bool IsPending => Status is not ("finished" or "failed" or "error" or "cancelled" or "skipped");
}

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

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
