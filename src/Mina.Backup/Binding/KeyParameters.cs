using System.Security;
using Mina.Backup.Engine.Requests;

namespace Mina.Backup.Binding;

/// <summary>Turns the passphrase and key parameters that several cmdlets have into what the engine takes. Paths are absolute already.</summary>
internal static class KeyParameters
{
    /// <summary>Does something with keys that open, and wipes them.</summary>
    public static T WithKeys<T>(SecureString? passphrase, string? passphraseFile, string? privateKeyFile, SecureString? privateKeyPassphrase, Func<KeyRequest, T> action)
    {
        using var secret = SecretText.From(passphrase);
        using var keySecret = SecretText.From(privateKeyPassphrase);
        return action(new KeyRequest
        {
            Passphrase = secret,
            PassphraseFile = passphraseFile,
            PrivateKeyFile = privateKeyFile,
            PrivateKeyPassphrase = keySecret,
        });
    }
}
