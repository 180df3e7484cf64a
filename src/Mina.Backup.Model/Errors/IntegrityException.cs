namespace Mina.Backup.Model;

/// <summary>A backup is damaged, incomplete, hostile or not what its manifest says.</summary>
public sealed class IntegrityException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public IntegrityException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
