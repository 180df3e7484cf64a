namespace Mina.Backup.Model;

/// <summary>A PostgreSQL client or server program is missing, too old, or failed.</summary>
public sealed class ToolException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public ToolException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
