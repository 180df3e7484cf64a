namespace Mina.Backup.NeonStandIn;

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
