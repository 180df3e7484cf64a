using System.Management.Automation;
using System.Security;
using Mina.Backup.Binding;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Makes a full backup of a database.</summary>
[Cmdlet(VerbsCommon.New, "MinaBackup", DefaultParameterSetName = EnvironmentSet, SupportsShouldProcess = true)]
[OutputType(typeof(BackupResult))]
public sealed class NewMinaBackupCommand : AsyncCmdlet
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

    /// <summary>Folder for the backup; the default folder for its protection when not given.</summary>
    [Parameter(Position = 1)]
    [Alias("Location")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

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

    /// <summary>Fail rather than write an unencrypted backup.</summary>
    [Parameter(ParameterSetName = EnvironmentSet)]
    [Parameter(ParameterSetName = PassphraseSet)]
    [Parameter(ParameterSetName = PassphraseFileSet)]
    [Parameter(ParameterSetName = RecipientSet)]
    public SwitchParameter RequireEncryption { get; set; }

    /// <summary>How the backup is compressed.</summary>
    [Parameter]
    public BackupCompression Compression { get; set; }

    /// <summary>Level of compression: 1 (fast) to 9 (small) for Gzip, 3 by default; 1 to 19 for Zstd, 2 by default.</summary>
    [Parameter]
    [ValidateRange(1, 19)]
    public int? CompressionLevel { get; set; }

    /// <summary>Sessions that read large tables beside pg_dump; 1 leaves all of them to pg_dump. By default decided by the processors.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? Jobs { get; set; }

    /// <summary>Tables to leave out altogether, as pg_dump patterns.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeTable { get; set; } = [];

    /// <summary>Tables whose rows are left out, as pg_dump patterns.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeTableData { get; set; } = [];

    /// <summary>Leave out roles and tablespaces.</summary>
    [Parameter]
    public SwitchParameter SkipGlobals { get; set; }

    /// <summary>Do not read the backup back.</summary>
    [Parameter]
    public SwitchParameter SkipVerification { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var place = Path is null ? "the default folder" : ResolvePath(Path);
        if (ShouldProcess(DatabaseText.Describe(Database), $"Back up into {place}"))
        {
            ThrowFailure(null, BackUp);
        }
    }

    private void BackUp()
    {
        using var passphrase = SecretText.From(Passphrase);
        var request = CreateRequest(new ProtectionRequest
        {
            Passphrase = passphrase,
            PassphraseFile = ResolvePath(PassphraseFile),
            RecipientFile = ResolvePath(Recipient),
            NoEncryption = NoEncryption,
            RequireEncryption = RequireEncryption,
        });
        var result = Run((observer, token) => CreateEngine().BackupAsync(request, observer, token));
        WriteObject(result);
        if (result.Verification is { } verification && VerificationFailure.From(verification) is { } failure)
        {
            WriteError(ErrorRecords.From(failure, result));
        }
    }

    private BackupRequest CreateRequest(ProtectionRequest protection) => new()
    {
        Database = Database,
        Location = ResolvePath(Path),
        Protection = protection,
        Compression = Compression,
        CompressionLevel = CompressionLevel,
        Jobs = Jobs,
        ExcludeTable = ExcludeTable,
        ExcludeTableData = ExcludeTableData,
        SkipGlobals = SkipGlobals,
        SkipVerification = SkipVerification,
    };
}
