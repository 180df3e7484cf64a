namespace Mina.Backup.Model;

/// <summary>A defect of this product, or a condition nobody foresaw.</summary>
public sealed class UnexpectedException : MinaException
{
    /// <inheritdoc cref="MinaException(ErrorDefinition, string, ErrorContext?, Exception?)"/>
    public UnexpectedException(ErrorDefinition definition, string message, ErrorContext? context = null, Exception? innerException = null)
        : base(definition, message, context, innerException)
    {
    }
}
