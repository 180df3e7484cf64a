namespace Mina.Backup.Engine.Postgres;

/// <summary>The server refused a statement of a <see cref="LibpqSession"/>. Whoever sent it knows what that means.</summary>
internal sealed class LibpqException(string sqlState, string message, string? detail, string? hint) : Exception(message)
{
    /// <summary>Five characters.</summary>
    public string SqlState { get; } = sqlState;

    /// <summary>The server's detail, if any.</summary>
    public string? Detail { get; } = detail;

    /// <summary>The server's hint, if any.</summary>
    public string? Hint { get; } = hint;
}
