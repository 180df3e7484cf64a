using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Verifies one backup in full and writes the outcome into its manifest, so that a list shows it.</summary>
public sealed class VerifyOperation
{
    private readonly BackupCatalog catalog;
    private readonly BackupVerifier verifier;

    /// <summary>Creates the operation.</summary>
    public VerifyOperation(BackupCatalog catalog, BackupVerifier verifier)
    {
        this.catalog = catalog;
        this.verifier = verifier;
    }

    /// <summary>
    /// Runs it. Damage is a failed check in the result, not an exception. An outcome of <see cref="CheckOutcome.NotChecked"/> is not written down:
    /// it would hide what an earlier verification with the key found.
    /// </summary>
    /// <exception cref="MinaException">The backup is not there, the place cannot be read, or a passphrase is missing or wrong.</exception>
    public async Task<BackupVerification> RunAsync(VerifyRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var activity = $"Verifying {request.Backup.Name}";
        try
        {
            var entry = await catalog.ResolveAsync(request.Backup, cancellationToken);
            using var keys = KeyRing.Create(request.Keys, context.Environment);
            keys.HideIn(context.Log);
            var result = await verifier.RunAsync(VerificationSubject.Of(entry), keys, context, activity, cancellationToken, request.Quick);
            if (entry.Manifest is { } manifest && result.Outcome != CheckOutcome.NotChecked)
            {
                await RecordAsync(entry, manifest, result, context, cancellationToken);
            }

            return result;
        }
        finally
        {
            context.Observer.Progress(new RunProgress { Activity = activity, Stage = "Done", Completed = true });
        }
    }

    private static async Task RecordAsync(
        CatalogEntry entry,
        BackupManifest manifest,
        BackupVerification result,
        RunContext context,
        CancellationToken cancellationToken)
    {
        var fileName = BackupNames.ManifestFile(manifest.Name);
        if (await entry.Store.FindAsync(fileName, cancellationToken) is null)
        {
            context.Warning($"Backup {manifest.Name} was removed while it was verified; the outcome is not recorded.");
            return;
        }

        var recorded = manifest with
        {
            Verification = new ManifestVerification(
                result.CheckedAt,
                result.Outcome == CheckOutcome.Passed,
                result.FirstFailure is { } failure ? $"{failure.Check}: {failure.Detail}" : null),
        };
        try
        {
            await entry.Store.PutAsync(fileName, ManifestSerializer.Write(recorded), replace: true, cancellationToken);
        }
        catch (StorageException error) when (error.Definition == ErrorCatalog.StorageAccessDenied)
        {
            // Backups on a medium that cannot be written are worth verifying, too, and the result itself is not in doubt.
            context.Warning($"The outcome is not recorded in the manifest of {manifest.Name}: {error.Message}");
        }
    }
}
