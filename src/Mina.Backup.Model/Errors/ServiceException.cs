namespace Mina.Backup.Model;

/// <summary>The API of a service could not be reached, refused, or reported an error.</summary>
public sealed class ServiceException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public ServiceException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
