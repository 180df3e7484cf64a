namespace Mina.Backup.Model;

/// <summary>A passphrase or key is missing, wrong or unusable.</summary>
public sealed class EncryptionException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public EncryptionException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
