using Microsoft.AspNetCore.Http;

namespace Mina.Backup.NeonStandIn;

/// <summary>What a fault does with a request.</summary>
public enum FaultKind
{
    /// <summary>It is answered with a status and not done.</summary>
    Refuse,

    /// <summary>The connection ends, and it is not done.</summary>
    DropBefore,

    /// <summary>It is done, and the connection ends before the answer.</summary>
    DropAfter,

    /// <summary>It is done, and answered with a status as if it were not.</summary>
    DenyAfter,
}

/// <summary>Something that goes wrong with the next requests of one kind.</summary>
public sealed class Fault
{
    /// <summary>The call of the contract, such as <c>CreateBranch</c>.</summary>
    public required string Call { get; init; }

    /// <summary>What goes wrong.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>Requests that it hits.</summary>
    public int Times { get; set; } = 1;

    /// <summary>Status of the answer.</summary>
    public int Status { get; init; } = StatusCodes.Status503ServiceUnavailable;

    /// <summary>Value of <c>Retry-After</c> when the request comes; none when null.</summary>
    public Func<DateTimeOffset, string>? RetryAfter { get; init; }

    /// <summary>Body of the answer; an error of the contract when null.</summary>
    public string? Body { get; init; }
}
