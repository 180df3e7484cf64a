using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// Opens a backup and verifies it, once: a file that passed a full verification before, and still has the hash of then, by that hash and its SQL, its members one by one as
/// they load; any other from first to last byte.
/// </summary>
internal sealed class DrillVerification
{
    // A backup whose rows are not those recorded can be restored all the same, which shows the tables that are concerned.
    private static readonly VerificationCheckKind[] Harmless = [VerificationCheckKind.Rows, VerificationCheckKind.Fingerprints, VerificationCheckKind.Globals];

    private readonly BackupVerifier verifier;
    private readonly BackupOpener opener;

    public DrillVerification(BackupVerifier verifier, BackupOpener opener)
    {
        this.verifier = verifier;
        this.opener = opener;
    }

    /// <summary>Verifies; no backup comes back when it must not be restored.</summary>
    public async Task<(VerifiedBackup? Backup, StepFinding Finding)> RunAsync(CatalogEntry entry, KeyRequest keys, RunContext context, CancellationToken cancellationToken)
    {
        if (entry.Manifest is not { } manifest)
        {
            var foreign = await OpenAsync(entry, keys, OpeningCheck.Full, context, cancellationToken);
            return (foreign, Judge(foreign, null, "The file was read to its end. It is of another program, which recorded nothing to compare its content with."));
        }

        if (manifest.Verification is { Passed: true, At: var at })
        {
            var unchanged = await OpenAsync(entry, keys, OpeningCheck.Unchanged, context, cancellationToken);
            return (unchanged, Judge(unchanged, manifest, string.Create(
                CultureInfo.InvariantCulture,
                $"The file's SHA-256 is that of its full verification at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z. Its SQL was decrypted and checked; rows are, member by member, as they load.")));
        }

        var verification = await VerifyAsync(entry, keys, context, cancellationToken);
        var open = verification.Outcome == CheckOutcome.Passed || verification.Checks.All(check => check.Outcome != CheckOutcome.Failed || Harmless.Contains(check.Check));
        if (verification.Outcome == CheckOutcome.NotChecked)
        {
            var first = verification.Checks.First(check => check.Outcome == CheckOutcome.NotChecked);
            return (null, StepFinding.Inconclusive($"The backup could not be verified in full: {first.Detail}") with { ErrorId = ErrorCatalog.PrivateKeyMissing.Id });
        }

        if (verification.FirstFailure is { } failure)
        {
            var differences = verification.Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => $"{check.Check}: {check.Detail}");
            var finding = new StepFinding(DrillStepOutcome.Failed, failure.Detail, [.. differences], failure.ErrorId);
            return (open ? await OpenAsync(entry, keys, OpeningCheck.Members, context, cancellationToken) : null, finding);
        }

        var backup = await OpenAsync(entry, keys, OpeningCheck.Members, context, cancellationToken);
        return (backup, Judge(backup, manifest, string.Create(CultureInfo.InvariantCulture, $"All {verification.BytesRead} bytes were decrypted and agree with everything recorded.")));
    }

    private async Task<BackupVerification> VerifyAsync(CatalogEntry entry, KeyRequest request, RunContext context, CancellationToken cancellationToken)
    {
        using var keys = KeyRing.Create(request, context.Environment);
        keys.HideIn(context.Log);
        return await verifier.RunAsync(VerificationSubject.Of(entry), keys, context, $"Verifying {entry.Info.Name}", cancellationToken);
    }

    private Task<VerifiedBackup> OpenAsync(CatalogEntry entry, KeyRequest keys, OpeningCheck check, RunContext context, CancellationToken cancellationToken) =>
        opener(new BackupReference(entry.Info.Name, entry.Store.Location, entry.Info.FileName), keys, check, context, cancellationToken);

    private static StepFinding Judge(VerifiedBackup backup, BackupManifest? manifest, string sound)
    {
        // The manifest stands in clear; what the index says was encrypted with the backup.
        if (manifest is not null && backup.Index is { } index
            && (index.Header.CreatedAt != manifest.CreatedAt || index.Header.Database.Name != manifest.Database))
        {
            return StepFinding.Failed(string.Create(
                CultureInfo.InvariantCulture,
                $"The manifest says database {manifest.Database} at {manifest.CreatedAt.UtcDateTime:O}, the index {index.Header.Database.Name} at {index.Header.CreatedAt.UtcDateTime:O}."), ErrorCatalog.ManifestMismatch);
        }

        // Without its roles a database cannot be recovered on another server.
        return backup.GlobalsProblem is { } lost ? StepFinding.Failed(lost.Message, lost.Definition) : StepFinding.Passed(sound);
    }
}
