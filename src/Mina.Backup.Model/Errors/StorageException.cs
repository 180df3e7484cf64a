namespace Mina.Backup.Model;

/// <summary>The place where backups are kept could not be read or written.</summary>
public sealed class StorageException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public StorageException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
