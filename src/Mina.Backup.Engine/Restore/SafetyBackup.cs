using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Makes the backup of the live database that precedes a restore.</summary>
internal sealed class SafetyBackup
{
    private readonly SafetyBackupMaker maker;
    private readonly RestorePlan plan;

    public SafetyBackup(SafetyBackupMaker maker, RestorePlan plan)
    {
        this.maker = maker;
        this.plan = plan;
    }

    /// <summary>Makes it; null when there is nothing to save or it was declined.</summary>
    public async Task<BackupResult?> RunAsync(string connection, NpgsqlConnection maintenance, CancellationToken cancellationToken)
    {
        if (plan.State.Live is null)
        {
            return null;
        }

        if (plan.Request.SkipSafetyBackup)
        {
            return plan.Request.DropFirst ? throw NotSafe("-SkipSafetyBackup was given with -DropFirst.") : null;
        }

        var place = new ServerDisk(plan.Server.To(plan.Names.Target));
        var location = plan.Request.SafetyLocation
            ?? (Protection.NoEncryption || !WillEncrypt ? plan.Context.Environment.PlainBackupDirectory : plan.Context.Environment.EncryptedBackupDirectory);
        if (plan.Request.DropFirst && await place.WhyNotApartAsync(location, maintenance, cancellationToken) is { } reason)
        {
            throw NotSafe(reason);
        }

        var result = await MakeAsync(connection, location, cancellationToken);
        if (plan.Request.DropFirst && result.Verification?.Outcome != CheckOutcome.Passed)
        {
            throw NotSafe($"The safety backup {result.Name} could not be verified in full.");
        }

        return result;
    }

    private bool WillEncrypt => Protection is { Passphrase: not null } or { PassphraseFile: not null } or { RecipientFile: not null }
        || plan.Context.Environment.Variable("GPG_BACKUP_PASSPHRASE") is not null;

    // What was worth encrypting once is so again: the keys that open the backup protect the safety backup, and if they
    // cannot, the run fails rather than write plain text.
    private ProtectionRequest Protection
    {
        get
        {
            if (plan.Backup.Encryption == BackupEncryption.None)
            {
                return new ProtectionRequest();
            }

            var keys = plan.Request.Keys;
            return plan.Backup.Encryption == BackupEncryption.Recipient && keys.PrivateKeyFile is { } file
                ? new ProtectionRequest { RecipientFile = file, RequireEncryption = true }
                : new ProtectionRequest { Passphrase = keys.Passphrase, PassphraseFile = keys.PassphraseFile, RequireEncryption = true };
        }
    }

    private async Task<BackupResult> MakeAsync(string connection, string location, CancellationToken cancellationToken)
    {
        var request = new BackupRequest { Database = connection, Location = location, Protection = Protection };
        try
        {
            return await maker(request, plan.Context, cancellationToken);
        }
        catch (MinaException problem)
        {
            throw new RestoreException(
                ErrorCatalog.SafetyBackupFailed,
                $"The safety backup of {plan.Names.Target} could not be made: {problem.Message}",
                new ErrorContext
                {
                    Target = plan.Names.Target,
                    SqlState = problem.SqlState,
                    ServerDetail = problem.ServerDetail,
                    ServerHint = problem.ServerHint,
                    Action = plan.Request.InPlace || plan.Request.DropFirst
                        ? $"Mend the cause ({problem.RecommendedAction}), or give -SkipSafetyBackup without -DropFirst and -InPlace: the swap still keeps the original database."
                        : null,
                },
                problem);
        }
    }

    private RestoreException NotSafe(string reason) =>
        new(ErrorCatalog.SafetyBackupNotSafe, $"{plan.Names.Target} is not dropped: {reason}", new ErrorContext { Target = plan.Names.Target });
}
