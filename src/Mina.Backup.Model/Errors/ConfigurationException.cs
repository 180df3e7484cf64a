namespace Mina.Backup.Model;

/// <summary>A parameter, an environment variable or a connection string is missing, wrong or contradicts another.</summary>
public sealed class ConfigurationException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public ConfigurationException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
