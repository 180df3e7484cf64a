using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>
/// Puts a branch's database into a live database's place, by the way that every restore goes: the branch's database is backed up and that backup
/// verified, a copy of it is built beside the live database and proven, and only then do the two change places. The branch stays.
/// </summary>
public sealed class SwitchOperation
{
    private readonly PitrBranches branches;
    private readonly BackupOperation backup;
    private readonly RestoreOperation restore;

    /// <summary>Creates the operation.</summary>
    public SwitchOperation(PitrBranches branches, BackupOperation backup, RestoreOperation restore)
    {
        this.branches = branches;
        this.backup = backup;
        this.restore = restore;
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="MinaException">The live database is as it was, unless the restore says otherwise; the backup of the branch stays when it was made.</exception>
    public async Task<PitrSwitchResult> RunAsync(PitrSwitchRequest request, RunContext context, CancellationToken cancellationToken)
    {
        if (request.Protection.RecipientFile is not null)
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, "The backup of the branch is read again at once, which one for a recipient cannot be without the secret key. Use a passphrase.");
        }

        var branch = await branches.FindServingAsync(request.Branch.Name, context, cancellationToken);
        var source = Postgres.ConnectionTarget.Parse(branch.ConnectionUri!, context.Environment);
        var made = await backup.RunAsync(
            new BackupRequest
            {
                Database = source.WithDatabase(request.BranchDatabase ?? source.Database).ToUri(),
                Location = request.Location,
                Protection = request.Protection,
            },
            context,
            cancellationToken);
        var restored = await restore.RunAsync(
            new RestoreRequest
            {
                Backup = new BackupReference(made.Name, made.Location),
                Keys = new KeyRequest { Passphrase = request.Protection.Passphrase, PassphraseFile = request.Protection.PassphraseFile },
                Database = request.Database,
                TargetDatabase = request.TargetDatabase,
                DropOriginal = request.DropOriginal,
                SkipSafetyBackup = request.SkipSafetyBackup,
                SafetyLocation = request.Location,
                Force = request.Force,
            },
            context,
            cancellationToken);
        return new PitrSwitchResult { Branch = branch.Name, Reached = branch.Reached, Backup = made, Restore = restored };
    }
}
