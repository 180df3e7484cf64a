using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>Decides how a run's messages are protected.</summary>
public sealed class ProtectionResolver(HostEnvironment environment, TimeProvider? clock = null)
{
    /// <summary>
    /// The protection asked for. <c>OptionConflict</c> when two ways are asked for, <c>EncryptionRequired</c>, <c>KeyFileUnreadable</c>, <c>KeyUnusable</c>.
    /// </summary>
    public MessageProtection Resolve(ProtectionRequest request)
    {
        Refuse(request.NoEncryption && request.RequireEncryption, "Encryption was both required and switched off.");
        Refuse(
            request.NoEncryption && (request.Passphrase is not null || request.PassphraseFile is not null || request.RecipientFile is not null),
            "A key for encryption was given and encryption was switched off.");
        Refuse(
            request.RecipientFile is not null && (request.Passphrase is not null || request.PassphraseFile is not null),
            "A recipient and a passphrase were both given.");
        if (request.NoEncryption)
        {
            return MessageProtection.None;
        }

        if (request.RecipientFile is { } file)
        {
            return MessageProtection.ForRecipient(RecipientKeyFile.ReadEncryptionKey(file, (clock ?? TimeProvider.System).GetUtcNow()));
        }

        var passphrase = PassphraseSource.Given(request.Passphrase, request.PassphraseFile) ?? PassphraseSource.FromEnvironment(environment);
        if (passphrase is not null)
        {
            return MessageProtection.FromPassphrase(passphrase);
        }

        return request.RequireEncryption
            ? throw new ConfigurationException(ErrorCatalog.EncryptionRequired, "Encryption is required, and neither a passphrase nor a recipient was given.")
            : MessageProtection.None;
    }

    private static void Refuse(bool conflict, string message)
    {
        if (conflict)
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, message);
        }
    }
}
