using System.Diagnostics.CodeAnalysis;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Reads a backup from first to last byte and compares everything with what was recorded. Damage is a failed check, not an exception;
/// a wrong or missing passphrase is an exception, for it says nothing about the backup. Without the recipient's private key hash and
/// structure are checked and the rest is <see cref="CheckOutcome.NotChecked"/>. Keeps no state, so one instance serves any number of runs.
/// </summary>
public sealed class BackupVerifier
{
    private readonly TimeProvider clock;

    /// <summary>Creates a verifier.</summary>
    public BackupVerifier(TimeProvider clock) => this.clock = clock;

    /// <summary>Reads back what a run has just written, before it writes the manifest.</summary>
    /// <param name="store">The place that holds it.</param>
    /// <param name="manifest">The manifest that the run is about to write.</param>
    /// <param name="index">What the run recorded; the stored index must say the same.</param>
    /// <param name="keys">The run's ring.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Ends the verification.</param>
    /// <exception cref="StorageException">The place cannot be read.</exception>
    public Task<BackupVerification> ReadBackAsync(
        IBackupStore store,
        BackupManifest manifest,
        BackupIndex index,
        KeyRing keys,
        RunContext context,
        CancellationToken cancellationToken) =>
        RunAsync(VerificationSubject.Of(store, manifest, index), keys, context, $"Backing up {manifest.Database}", cancellationToken);

    /// <summary>Verifies one backup.</summary>
    /// <param name="subject">The backup.</param>
    /// <param name="keys">What opens it; the ring of the run that wrote it opens it without a private key.</param>
    /// <param name="context">The run.</param>
    /// <param name="activity">What the whole run does, for its progress.</param>
    /// <param name="cancellationToken">Ends the verification.</param>
    /// <param name="quick">Compare size, hash and structure only; the rest is then <see cref="CheckOutcome.NotChecked"/>.</param>
    /// <exception cref="EncryptionException">A passphrase is missing, or what was given does not open a file that is as it was written.</exception>
    /// <exception cref="StorageException">The place cannot be read.</exception>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Operations take the verifier as a dependency.")]
    public async Task<BackupVerification> RunAsync(
        VerificationSubject subject,
        KeyRing keys,
        RunContext context,
        string activity,
        CancellationToken cancellationToken,
        bool quick = false)
    {
        var started = clock.GetTimestamp();
        var progress = new ReadingProgress(context, activity, subject.Manifest?.PlainSize);
        var verification = new Verification(subject, keys, progress);
        await (quick ? verification.RunQuickAsync(cancellationToken) : verification.RunAsync(cancellationToken));
        var result = new BackupVerification
        {
            Name = subject.Name,
            Location = subject.Store.Location,
            FileName = subject.DataFileName,
            Path = subject.Store.GetAddress(subject.DataFileName),
            Outcome = verification.Checks.Outcome,
            Checks = verification.Checks.All,
            CheckedAt = clock.GetUtcNow(),
            Duration = clock.GetElapsedTime(started),
            BytesRead = verification.BytesRead,
            Rows = verification.Rows,
        };
        context.Verbose($"Verification of {subject.Name}: {result.Outcome}. {result.FirstFailure?.Detail}".TrimEnd());
        return result;
    }
}
