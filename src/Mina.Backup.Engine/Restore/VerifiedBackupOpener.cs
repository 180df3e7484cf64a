using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>Reads a backup in full before anything of it runs, and gives a restore what it needs of it.</summary>
public sealed class VerifiedBackupOpener
{
    private readonly BackupCatalog catalog;
    private readonly BackupVerifier verifier;

    /// <summary>Creates the opener.</summary>
    public VerifiedBackupOpener(BackupCatalog catalog, BackupVerifier verifier)
    {
        this.catalog = catalog;
        this.verifier = verifier;
    }

    /// <summary>Opens a backup; see <see cref="BackupOpener"/>.</summary>
    public async Task<VerifiedBackup> OpenAsync(BackupReference backup, KeyRequest request, OpeningCheck check, RunContext context, CancellationToken cancellationToken)
    {
        var entry = await catalog.ResolveAsync(backup, cancellationToken);
        if (entry.ManifestProblem is { } problem)
        {
            throw new IntegrityException(problem.Definition, problem.Message, problem.Context, problem);
        }

        if (entry.IsDataMissing)
        {
            throw new StorageException(
                ErrorCatalog.ObjectNotFound,
                $"The data file {entry.Info.FileName} of the backup {entry.Info.Name} is missing.",
                new ErrorContext { Target = entry.Info.Name });
        }

        var keys = KeyRing.Create(request, context.Environment);
        keys.HideIn(context.Log);
        try
        {
            return entry.Manifest is { } manifest
                ? await OpenOwnAsync(entry, manifest, keys, check, context, cancellationToken)
                : await OpenForeignAsync(entry, keys, context, cancellationToken);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    private async Task<VerifiedBackup> OpenOwnAsync(
        CatalogEntry entry,
        BackupManifest manifest,
        KeyRing keys,
        OpeningCheck check,
        RunContext context,
        CancellationToken cancellationToken)
    {
        var subject = VerificationSubject.Of(entry);
        IReadOnlyList<VerificationCheck> checks = [];
        BackupIndex index;
        if (check == OpeningCheck.Unchanged && manifest.Verification is { Passed: true })
        {
            (index, checks) = await CheckUnchangedAsync(entry, subject, manifest, keys, cancellationToken);
        }
        else
        {
            if (check != OpeningCheck.Members)
            {
                var verification = await verifier.RunAsync(subject, keys, context, $"Restoring {entry.Info.Name}", cancellationToken);
                checks = verification.Checks;
                ThrowUnlessSound(checks, OutcomeWithoutCompanion(verification), entry);
            }

            index = await ReadIndexAsync(entry, manifest, keys, cancellationToken);
        }

        return new VerifiedBackup
        {
            Name = manifest.Name,
            Store = entry.Store,
            FileName = manifest.Data.Name,
            GlobalsFileName = subject.GlobalsFileName,
            GlobalsProblem = FindCompanionProblem(checks, entry),
            Encryption = manifest.Encryption,
            Index = index,
            PlainLength = manifest.PlainSize,
            Rows = manifest.Rows,
            Sha256 = manifest.Data.Sha256,
            Keys = keys,
        };
    }

    private static Task<BackupIndex> ReadIndexAsync(CatalogEntry entry, BackupManifest manifest, KeyRing keys, CancellationToken cancellationToken) =>
        IndexFile.ReadAsync(entry.Store, manifest.Index.Name, manifest.Name, manifest.Index, keys, cancellationToken);

    /// <summary>Sees whether a file is the one verified before, and looks at its SQL meanwhile; of a file that is not, what the SQL shows does not matter.</summary>
    private static async Task<(BackupIndex Index, IReadOnlyList<VerificationCheck> Checks)> CheckUnchangedAsync(
        CatalogEntry entry, VerificationSubject subject, BackupManifest manifest, KeyRing keys, CancellationToken cancellationToken)
    {
        var quick = new Verification(subject, keys, progress: null);
        var hashing = Task.Run(() => quick.RunQuickAsync(cancellationToken), cancellationToken);
        var reading = Task.Run(
            async () =>
            {
                var index = await ReadIndexAsync(entry, manifest, keys, cancellationToken);
                return (index, await CheckSqlAsync(entry, subject, manifest, index, keys, cancellationToken));
            },
            cancellationToken);
        await Task.WhenAll(hashing, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await hashing;
        ThrowIfAnyFails(quick.Checks, entry);
        return await reading;
    }

    /// <summary>Looks at the SQL of a file that is the one verified before, and at its companion. Its rows are checked as they are loaded.</summary>
    private static async Task<IReadOnlyList<VerificationCheck>> CheckSqlAsync(
        CatalogEntry entry,
        VerificationSubject subject,
        BackupManifest manifest,
        BackupIndex index,
        KeyRing keys,
        CancellationToken cancellationToken)
    {
        var checks = new CheckList();
        var script = await ScriptCheck.ReadAsync(entry.Store, manifest.Data.Name, index, keys, cancellationToken);
        DumpChecks.CheckScript(checks, script, isOurs: true);
        if (ContentComparison.CompareSchema(script, index) is { } problem)
        {
            checks.Fail(VerificationCheckKind.Fingerprints, ErrorCatalog.ContentDiffers, $"Of the SQL, {problem}.");
        }

        if (ContentComparison.CompareRecords(index, IndexSerializer.ReadProof(script.ProofLines, entry.Info.Name)) is { } difference)
        {
            checks.Fail(VerificationCheckKind.Index, ErrorCatalog.IndexUnreadable, difference);
        }

        await new GlobalsCheck(subject, keys, checks).RunAsync(cancellationToken);
        ThrowIfAnyFails(checks, entry);
        return checks.All;
    }

    private static async Task<VerifiedBackup> OpenForeignAsync(CatalogEntry entry, KeyRing keys, RunContext context, CancellationToken cancellationToken)
    {
        var progress = new ReadingProgress(context, $"Restoring {entry.Info.Name}", null);
        var content = await ContentReadout.ReadAsync(entry.Store, entry.Info.FileName, keys, null, progress.Add, cancellationToken);
        if (content.Summary.ProofLines.Count > 0)
        {
            throw new IntegrityException(
                ErrorCatalog.ManifestUnreadable,
                $"The manifest of the backup {entry.Info.Name} is missing.",
                new ErrorContext { Target = entry.Info.Name });
        }

        var checks = new CheckList();
        DumpChecks.CheckScript(checks, content.Summary, isOurs: false);
        await new GlobalsCheck(VerificationSubject.Of(entry), keys, checks).RunAsync(cancellationToken);
        ThrowIfAnyFails(checks, entry);
        return new VerifiedBackup
        {
            Name = entry.Info.Name,
            Store = entry.Store,
            FileName = entry.Info.FileName,
            GlobalsFileName = entry.GlobalsFileName,
            GlobalsProblem = FindCompanionProblem(checks.All, entry),
            Encryption = content.Encryption,
            Summary = content.Summary,
            PlainLength = content.Summary.Length,
            Rows = content.Summary.Rows,
            Sha256 = content.Totals.Sha256,
            Keys = keys,
        };
    }

    // A companion that is lost or damaged takes nothing from the database's own content. A hostile one is a sign that somebody was at the files.
    private static bool IsCompanionLost(VerificationCheck check) => check is { Check: VerificationCheckKind.Globals, Outcome: CheckOutcome.Failed }
        && check.ErrorId != ErrorCatalog.HostileScript.Id;

    private static void ThrowIfAnyFails(CheckList checks, CatalogEntry entry) =>
        ThrowUnlessSound(checks.All, AnyFails(checks.All) ? CheckOutcome.Failed : CheckOutcome.Passed, entry);

    private static bool AnyFails(IReadOnlyList<VerificationCheck> checks) =>
        checks.Any(check => check.Outcome == CheckOutcome.Failed && !IsCompanionLost(check));

    // Passed in spite of a lost companion only if the content itself was read and agrees.
    private static CheckOutcome OutcomeWithoutCompanion(BackupVerification verification)
    {
        if (verification.Outcome != CheckOutcome.Failed || AnyFails(verification.Checks))
        {
            return verification.Outcome;
        }

        return verification.Checks.Any(check => check is { Check: VerificationCheckKind.Rows, Outcome: CheckOutcome.Passed }) ? CheckOutcome.Passed : CheckOutcome.NotChecked;
    }

    private static IntegrityException? FindCompanionProblem(IReadOnlyList<VerificationCheck> checks, CatalogEntry entry) =>
        checks.FirstOrDefault(IsCompanionLost) is { } lost
            ? new IntegrityException(
                ErrorCatalog.All.FirstOrDefault(error => error.Id == lost.ErrorId) ?? ErrorCatalog.BackupCorrupt,
                $"The companion of the backup {entry.Info.Name} cannot be used. {lost.Detail}",
                new ErrorContext { Target = entry.Info.Name, Action = "Create the roles and tablespaces by hand and restore without -RestoreGlobals." })
            : null;

    private static void ThrowUnlessSound(IReadOnlyList<VerificationCheck> checks, CheckOutcome outcome, CatalogEntry entry)
    {
        if (outcome == CheckOutcome.Passed)
        {
            return;
        }

        var context = new ErrorContext { Target = entry.Info.Name };
        if (checks.FirstOrDefault(check => check is { Check: VerificationCheckKind.Script, Outcome: CheckOutcome.Failed }
            && check.ErrorId == ErrorCatalog.HostileScript.Id) is { } hostile)
        {
            throw new IntegrityException(ErrorCatalog.HostileScript, $"The backup {entry.Info.Name} must not reach psql. {hostile.Detail}", context);
        }

        if (checks.FirstOrDefault(check => check.Outcome == CheckOutcome.Failed && !IsCompanionLost(check)) is { } failed)
        {
            var definition = ErrorCatalog.All.FirstOrDefault(error => error.Id == failed.ErrorId) ?? ErrorCatalog.BackupCorrupt;
            throw new IntegrityException(definition, definition == ErrorCatalog.DumpNotRestorable
                ? $"The backup {entry.Info.Name} cannot be restored. {failed.Detail}"
                : $"The backup {entry.Info.Name} is not sound. {failed.Detail}", context);
        }

        throw new EncryptionException(
            ErrorCatalog.PrivateKeyMissing,
            $"The backup {entry.Info.Name} could not be verified in full: {checks.First(check => check.Outcome == CheckOutcome.NotChecked).Detail}",
            context);
    }
}
