namespace Mina.Backup.Model;

/// <summary>A restore was refused or failed; the live database is as it was.</summary>
public sealed class RestoreException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public RestoreException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
