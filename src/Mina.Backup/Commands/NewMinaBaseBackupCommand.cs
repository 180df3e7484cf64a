using System.Management.Automation;
using System.Security;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Makes a base backup of a whole cluster.</summary>
[Cmdlet(VerbsCommon.New, "MinaBaseBackup", DefaultParameterSetName = EnvironmentSet, SupportsShouldProcess = true)]
[OutputType(typeof(BaseBackupResult))]
public sealed class NewMinaBaseBackupCommand : PitrCmdlet
{
    private const string EnvironmentSet = "Environment";
    private const string PassphraseSet = "Passphrase";
    private const string PassphraseFileSet = "PassphraseFile";
    private const string RecipientSet = "Recipient";
    private const string NoEncryptionSet = "NoEncryption";

    /// <summary>Connection URI or Npgsql string of the source; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Take only what changed since another base backup.</summary>
    [Parameter]
    public SwitchParameter Incremental { get; set; }

    /// <summary>The base backup that an incremental one builds on; the newest sound one of the cluster when not given.</summary>
    [Parameter]
    [BaseBackupName]
    [ValidateNotNullOrEmpty]
    public string? Parent { get; set; }

    /// <summary>Passphrase to encrypt with.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PassphraseSet)]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>File whose first line is the passphrase to encrypt with.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PassphraseFileSet)]
    [ValidateNotNullOrEmpty]
    public string? PassphraseFile { get; set; }

    /// <summary>File with the OpenPGP public key to encrypt for.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RecipientSet)]
    [ValidateNotNullOrEmpty]
    public string? Recipient { get; set; }

    /// <summary>Do not encrypt, and do not warn about it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NoEncryptionSet)]
    public SwitchParameter NoEncryption { get; set; }

    /// <summary>Fail rather than write an unencrypted base backup.</summary>
    [Parameter(ParameterSetName = EnvironmentSet)]
    [Parameter(ParameterSetName = PassphraseSet)]
    [Parameter(ParameterSetName = PassphraseFileSet)]
    [Parameter(ParameterSetName = RecipientSet)]
    public SwitchParameter RequireEncryption { get; set; }

    /// <summary>Level of compression, 1 (fast) to 9 (small).</summary>
    [Parameter]
    [ValidateRange(1, 9)]
    public int CompressionLevel { get; set; } = 3;

    /// <summary>Spread the checkpoint at the start over the server's usual time, rather than make it at once.</summary>
    [Parameter]
    public SwitchParameter SpreadCheckpoint { get; set; }

    /// <summary>How long an archiver that does not take the last WAL is waited for.</summary>
    [Parameter]
    public TimeSpan ArchiveTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Do not read the base backup back.</summary>
    [Parameter]
    public SwitchParameter SkipVerification { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess($"the cluster of {DatabaseText.Describe(Database)}", Incremental ? "Make an incremental base backup" : "Make a base backup"))
        {
            ThrowFailure(null, BackUp);
        }
    }

    private void BackUp()
    {
        using var passphrase = SecretText.From(Passphrase);
        var request = new BaseBackupRequest
        {
            Database = Database,
            Archive = ResolvePath(ArchivePath),
            Incremental = Incremental,
            Parent = Parent,
            Protection = new ProtectionRequest
            {
                Passphrase = passphrase,
                PassphraseFile = ResolvePath(PassphraseFile),
                RecipientFile = ResolvePath(Recipient),
                NoEncryption = NoEncryption,
                RequireEncryption = RequireEncryption,
            },
            CompressionLevel = CompressionLevel,
            SpreadCheckpoint = SpreadCheckpoint,
            ArchiveTimeout = ArchiveTimeout,
            SkipVerification = SkipVerification,
        };
        WriteObject(Run((observer, token) => CreatePitrEngine().BackUpBaseAsync(request, observer, token)));
    }
}
