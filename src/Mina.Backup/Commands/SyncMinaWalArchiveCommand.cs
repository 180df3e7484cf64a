using System.Management.Automation;
using System.Security;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Brings WAL from the spool into the archive.</summary>
[Cmdlet(VerbsData.Sync, "MinaWalArchive", DefaultParameterSetName = EnvironmentSet, SupportsShouldProcess = true)]
[OutputType(typeof(WalSyncResult))]
public sealed class SyncMinaWalArchiveCommand : PitrCmdlet
{
    private const string EnvironmentSet = "Environment";
    private const string PassphraseSet = "Passphrase";
    private const string PassphraseFileSet = "PassphraseFile";
    private const string RecipientSet = "Recipient";
    private const string NoEncryptionSet = "NoEncryption";

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpoolPath { get; set; }

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

    /// <summary>File with the recipient's secret key, to compare with what the archive has already.</summary>
    [Parameter(ParameterSetName = RecipientSet)]
    [ValidateNotNullOrEmpty]
    public string? PrivateKey { get; set; }

    /// <summary>Do not encrypt, and do not warn about it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NoEncryptionSet)]
    public SwitchParameter NoEncryption { get; set; }

    /// <summary>Fail rather than write an unencrypted archive.</summary>
    [Parameter(ParameterSetName = EnvironmentSet)]
    [Parameter(ParameterSetName = PassphraseSet)]
    [Parameter(ParameterSetName = PassphraseFileSet)]
    [Parameter(ParameterSetName = RecipientSet)]
    public SwitchParameter RequireEncryption { get; set; }

    /// <summary>Level of compression, 1 (fast) to 9 (small).</summary>
    [Parameter]
    [ValidateRange(1, 9)]
    public int CompressionLevel { get; set; } = 1;

    /// <summary>Files published at once; the number of cores when not given.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int? ThrottleLimit { get; set; }

    /// <summary>Go on until it is stopped.</summary>
    [Parameter]
    public SwitchParameter Continuous { get; set; }

    /// <summary>Time between two looks at the spool, with <c>-Continuous</c>.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that a commit may wait before the server is asked to end its segment, with <c>-Continuous</c>.</summary>
    [Parameter]
    [Duration]
    public TimeSpan MaximumExposure { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Connection URI or Npgsql string of the server to watch, with <c>-Continuous</c>; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var place = ArchivePath is null ? "the archive of MINA_WAL_ARCHIVE" : ResolvePath(ArchivePath);
        if (ShouldProcess(place, Continuous ? "Publish WAL from the spool until stopped" : "Publish WAL from the spool"))
        {
            ThrowFailure(null, Synchronize);
        }
    }

    private void Synchronize()
    {
        using var passphrase = SecretText.From(Passphrase);
        var request = new WalSyncRequest
        {
            ArchivePath = ResolvePath(ArchivePath),
            SpoolPath = ResolvePath(SpoolPath),
            Protection = new ProtectionRequest
            {
                Passphrase = passphrase,
                PassphraseFile = ResolvePath(PassphraseFile),
                RecipientFile = ResolvePath(Recipient),
                NoEncryption = NoEncryption,
                RequireEncryption = RequireEncryption,
            },
            PrivateKeyFile = ResolvePath(PrivateKey),
            CompressionLevel = CompressionLevel,
            Jobs = ThrottleLimit,
            Continuous = Continuous,
            Interval = Interval,
            MaximumExposure = MaximumExposure,
            Database = Database,
        };
        Run<WalSyncResult, WalSyncResult>((observer, report, token) => CreateWalEngine().SyncAsync(request, observer, report, token), Write);
    }

    private void Write(WalSyncResult result)
    {
        WriteObject(result);
        foreach (var failure in result.Failures)
        {
            WriteError(ErrorRecords.From(WalFailure.From(failure), failure));
        }
    }
}
