namespace Mina.Backup.Model;

/// <summary>PostgreSQL could not be reached, refused, or reported an error.</summary>
public sealed class ServerException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public ServerException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
