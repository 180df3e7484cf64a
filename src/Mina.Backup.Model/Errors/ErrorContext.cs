namespace Mina.Backup.Model;

/// <summary>What an error is about and what the other side said, beyond its message.</summary>
public sealed record ErrorContext
{
    /// <summary>The object concerned: a backup's name, a file, a database, a host.</summary>
    public string? Target { get; init; }

    /// <summary>A next step more concrete than the definition's own.</summary>
    public string? Action { get; init; }

    /// <summary>The server's five-character SQLSTATE, when a server answered.</summary>
    public string? SqlState { get; init; }

    /// <summary>The server's DETAIL line.</summary>
    public string? ServerDetail { get; init; }

    /// <summary>The server's HINT line.</summary>
    public string? ServerHint { get; init; }

    /// <summary>The code of the error that a service's API answered; null when it gave none.</summary>
    public string? ServiceCode { get; init; }

    /// <summary>The id under which a service knows the request.</summary>
    public string? RequestId { get; init; }
}
