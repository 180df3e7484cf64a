using System.Text.Json.Serialization;

namespace Mina.Backup.Engine.Pitr.Neon;

// What the API takes and gives, as far as it is used here. Texts with a fixed set of values stay texts: new values are no reason to fail.

/// <summary>An error: <c>code</c> may be empty.</summary>
internal sealed record NeonError(string? RequestId, string? Code, string? Message);

/// <summary>A project.</summary>
internal sealed record NeonProject
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string RegionId { get; init; }

    public required int PgVersion { get; init; }

    public required long HistoryRetentionSeconds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A branch. <c>current_state</c>: init, resetting, ready, archived.</summary>
internal sealed record NeonBranch
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? ParentId { get; init; }

    public string? ParentLsn { get; init; }

    public DateTimeOffset? ParentTimestamp { get; init; }

    public required string CurrentState { get; init; }

    public required bool Default { get; init; }

    public required bool Protected { get; init; }

    public long? LogicalSize { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A compute endpoint. <c>type</c>: read_only, read_write.</summary>
internal sealed record NeonEndpoint
{
    public required string Id { get; init; }

    public required string BranchId { get; init; }

    public required string Host { get; init; }

    public required string Type { get; init; }
}

/// <summary>An operation. <c>status</c>: scheduling, running, finished, failed, error, cancelling, cancelled, skipped.</summary>
internal sealed record NeonOperation
{
    public required string Id { get; init; }

    public string? BranchId { get; init; }

    public required string Action { get; init; }

    public required string Status { get; init; }

    public string? Error { get; init; }
}

/// <summary>A role.</summary>
internal sealed record NeonRole
{
    public required string Name { get; init; }
}

/// <summary>A database.</summary>
internal sealed record NeonDatabase
{
    public required string Name { get; init; }

    public required string OwnerName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>How to connect, as creating a branch answers where its parent has one role and one database.</summary>
internal sealed record NeonConnectionDetails
{
    public required string ConnectionUri { get; init; }

    public required NeonConnectionParameters ConnectionParameters { get; init; }
}

/// <summary>The parts of a connection.</summary>
internal sealed record NeonConnectionParameters
{
    public required string Database { get; init; }

    public required string Role { get; init; }

    public required string PoolerHost { get; init; }
}

/// <summary>A note that the project keeps beside a branch.</summary>
internal sealed record NeonAnnotation
{
    public IReadOnlyDictionary<string, string>? Value { get; init; }
}

/// <summary>Where the next page begins: <c>next</c> of branches, <c>cursor</c> of operations.</summary>
internal sealed record NeonPagination(string? Next, string? Cursor);

internal sealed record NeonProjectAnswer
{
    public required NeonProject Project { get; init; }
}

internal sealed record NeonBranchPage
{
    public required IReadOnlyList<NeonBranch> Branches { get; init; }

    public IReadOnlyDictionary<string, NeonAnnotation>? Annotations { get; init; }

    public NeonPagination? Pagination { get; init; }
}

internal sealed record NeonOperationPage
{
    public required IReadOnlyList<NeonOperation> Operations { get; init; }

    public NeonPagination? Pagination { get; init; }
}

internal sealed record NeonOperationAnswer
{
    public required NeonOperation Operation { get; init; }
}

internal sealed record NeonEndpointsAnswer
{
    public required IReadOnlyList<NeonEndpoint> Endpoints { get; init; }
}

internal sealed record NeonDatabasesAnswer
{
    public required IReadOnlyList<NeonDatabase> Databases { get; init; }
}

internal sealed record NeonRolesAnswer
{
    public required IReadOnlyList<NeonRole> Roles { get; init; }
}

internal sealed record NeonConnectionAnswer
{
    public required string Uri { get; init; }
}

/// <summary>What a change of a branch answers: the branch, and the operations that have still to end.</summary>
internal sealed record NeonChange
{
    public required NeonBranch Branch { get; init; }

    public required IReadOnlyList<NeonOperation> Operations { get; init; }
}

/// <summary>What creating a branch answers.</summary>
internal sealed record NeonCreated
{
    public required NeonBranch Branch { get; init; }

    public required IReadOnlyList<NeonOperation> Operations { get; init; }

    public IReadOnlyList<NeonEndpoint>? Endpoints { get; init; }

    public IReadOnlyList<NeonDatabase>? Databases { get; init; }

    public IReadOnlyList<NeonRole>? Roles { get; init; }

    public IReadOnlyList<NeonConnectionDetails>? ConnectionUris { get; init; }
}

/// <summary>A branch to create. Without endpoints it has no compute.</summary>
internal sealed record NeonBranchOrder
{
    public required NeonBranchWish Branch { get; init; }

    public IReadOnlyList<NeonEndpointWish>? Endpoints { get; init; }

    public IReadOnlyDictionary<string, string>? AnnotationValue { get; init; }
}

internal sealed record NeonBranchWish
{
    public required string Name { get; init; }

    public required string ParentId { get; init; }

    public string? ParentLsn { get; init; }

    public DateTimeOffset? ParentTimestamp { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed record NeonEndpointWish(string Type);

/// <summary>A branch to put back to a point. A branch that is its own source needs a point and a name for what it was.</summary>
internal sealed record NeonRestoreOrder
{
    public required string SourceBranchId { get; init; }

    public string? SourceLsn { get; init; }

    public DateTimeOffset? SourceTimestamp { get; init; }

    public required string PreserveUnderName { get; init; }
}

/// <summary>JSON of the API.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(NeonTimeConverter)],
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(NeonError))]
[JsonSerializable(typeof(NeonProjectAnswer))]
[JsonSerializable(typeof(NeonBranchPage))]
[JsonSerializable(typeof(NeonOperationPage))]
[JsonSerializable(typeof(NeonOperationAnswer))]
[JsonSerializable(typeof(NeonEndpointsAnswer))]
[JsonSerializable(typeof(NeonDatabasesAnswer))]
[JsonSerializable(typeof(NeonRolesAnswer))]
[JsonSerializable(typeof(NeonConnectionAnswer))]
[JsonSerializable(typeof(NeonChange))]
[JsonSerializable(typeof(NeonCreated))]
[JsonSerializable(typeof(NeonBranchOrder))]
[JsonSerializable(typeof(NeonRestoreOrder))]
internal sealed partial class NeonJson : JsonSerializerContext;
