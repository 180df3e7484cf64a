namespace Mina.Backup.Model;

/// <summary>A backup could not be found, or its removal was refused.</summary>
public sealed class CatalogException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public CatalogException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
