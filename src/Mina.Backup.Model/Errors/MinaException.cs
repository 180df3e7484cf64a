namespace Mina.Backup.Model;

/// <summary>
/// Base of every failure that the product reports. The message says what happened and to which object;
/// <see cref="RecommendedAction"/> says what to do next; <see cref="ErrorId"/> never changes between releases.
/// </summary>
public abstract class MinaException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="definition">Which of the known errors it is.</param>
    /// <param name="message">What happened, to which object; without secrets.</param>
    /// <param name="context">Target, next step and the server's words.</param>
    /// <param name="innerException">The failure underneath, if any.</param>
    protected MinaException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Definition = definition;
        Context = context ?? new ErrorContext();
    }

    /// <summary>The catalog entry of this error.</summary>
    public ErrorDefinition Definition { get; }

    /// <summary>Target, next step and the server's words.</summary>
    public ErrorContext Context { get; }

    /// <summary>Stable id, listed in docs/errors.md.</summary>
    public string ErrorId => Definition.Id;

    /// <summary>What to do next, concretely.</summary>
    public string RecommendedAction => Context.Action ?? Definition.Action;

    /// <summary>The object concerned.</summary>
    public string? Target => Context.Target;

    /// <summary>The server's SQLSTATE, when a server answered.</summary>
    public string? SqlState => Context.SqlState;

    /// <summary>The server's DETAIL line.</summary>
    public string? ServerDetail => Context.ServerDetail;

    /// <summary>The server's HINT line.</summary>
    public string? ServerHint => Context.ServerHint;

    /// <summary>The code of the error that a service's API answered; null when it gave none.</summary>
    public string? ServiceCode => Context.ServiceCode;

    /// <summary>The id under which a service knows the request.</summary>
    public string? RequestId => Context.RequestId;

    /// <summary>The log of the run that failed, once that run has one.</summary>
    public string? LogPath { get; set; }
}
