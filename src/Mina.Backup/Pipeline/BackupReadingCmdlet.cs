using System.Management.Automation;
using System.Security;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;

namespace Mina.Backup.Pipeline;

/// <summary>Base of the cmdlets that open a backup and so may need its passphrase or key.</summary>
public abstract class BackupReadingCmdlet : BackupCmdlet
{
    /// <summary>Creates the cmdlet; PowerShell does.</summary>
    private protected BackupReadingCmdlet()
    {
    }

    /// <summary>Passphrase of the backup. With none given, <c>GPG_BACKUP_PASSPHRASE</c> serves.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>File whose first line is the passphrase.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PassphraseFile { get; set; }

    /// <summary>File with the recipient's OpenPGP secret key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PrivateKey { get; set; }

    /// <summary>Passphrase of the secret key.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? PrivateKeyPassphrase { get; set; }

    /// <summary>Does something with the keys that the parameters give, and wipes them.</summary>
    private protected T WithKeys<T>(Func<KeyRequest, T> action) =>
        KeyParameters.WithKeys(Passphrase, ResolvePath(PassphraseFile), ResolvePath(PrivateKey), PrivateKeyPassphrase, action);
}
