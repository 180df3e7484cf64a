using Mina.Backup.Engine.Container;
using Mina.Backup.Model;
using Kind = Mina.Backup.Model.VerificationCheckKind;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Checks of a backup of ours against what was recorded when it was written: index, record at the file's end, manifest.</summary>
internal sealed class RecordChecks
{
    private readonly VerificationSubject subject;
    private readonly KeyRing keys;
    private readonly CheckList checks;

    /// <summary>Prepares the checks.</summary>
    public RecordChecks(VerificationSubject subject, KeyRing keys, CheckList checks)
    {
        this.subject = subject;
        this.keys = keys;
        this.checks = checks;
    }

    /// <summary>Bytes read from the store.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Does the checks.</summary>
    public async Task RunAsync(ContentReadout content, CancellationToken cancellationToken)
    {
        var proof = ReadProof(content, out var proofProblem);
        BackupIndex? stored = null;
        try
        {
            stored = await ReadStoredAsync(cancellationToken);
        }
        catch (IntegrityException error)
        {
            checks.Fail(Kind.Index, error.Definition, error.Message);
        }
        catch (EncryptionException error)
        {
            // What opened the data file does not open its index: not the one that was written with it.
            checks.Fail(Kind.Index, ErrorCatalog.IndexUnreadable, $"The index cannot be opened with what opened the data file. {error.Message}");
        }

        if (stored is not null)
        {
            CheckIndex(content, stored, proof, proofProblem);
        }

        CompareContent(content, subject.Index ?? stored ?? proof);
    }

    private BackupIndex? ReadProof(ContentReadout content, out string? problem)
    {
        try
        {
            problem = null;
            return IndexSerializer.ReadProof(content.Summary.ProofLines, subject.Name);
        }
        catch (IntegrityException error)
        {
            problem = $"The record at the file's end cannot be used. {error.Message}";
            return null;
        }
    }

    private async Task<BackupIndex> ReadStoredAsync(CancellationToken cancellationToken)
    {
        if (subject.IndexFileName is not { } fileName)
        {
            throw IndexFile.Unreadable(subject.Name, "There is none.");
        }

        var index = await IndexFile.ReadAsync(subject.Store, fileName, subject.Name, subject.Manifest?.Index, keys, cancellationToken);
        BytesRead += subject.Manifest?.Index.Size ?? 0;
        return index;
    }

    private void CheckIndex(ContentReadout content, BackupIndex stored, BackupIndex? proof, string? proofProblem)
    {
        var problem = (subject.Index is { } own && ContentComparison.CompareRecords(own, stored) is not null
                ? "The stored index is not what the run recorded."
                : null)
            ?? ContentComparison.CompareMembers(content.Totals.Members, stored)
            ?? proofProblem
            ?? (proof is null ? null : ContentComparison.CompareRecords(stored, proof));
        if (problem is not null)
        {
            checks.Fail(Kind.Index, ErrorCatalog.IndexUnreadable, problem);
        }
        else if (FindManifestProblem(content, stored) is { } mismatch)
        {
            checks.Fail(Kind.Index, ErrorCatalog.ManifestMismatch, mismatch);
        }
        else
        {
            checks.Pass(
                Kind.Index,
                FormattableString.Invariant($"The index agrees with manifest and file: {stored.Members.Count} members."));
        }
    }

    private string? FindManifestProblem(ContentReadout content, BackupIndex stored) => subject.Manifest switch
    {
        null => null,
        { } manifest when manifest.PlainSize != content.Totals.PlainLength =>
            FormattableString.Invariant($"The plain text has {content.Totals.PlainLength} bytes; the manifest says {manifest.PlainSize}."),
        { } manifest when manifest.Tables != stored.Tables.Count || manifest.Rows != stored.Tables.Sum(table => table.Rows) =>
            "The manifest counts other tables or rows than the index.",
        { } manifest when manifest.Database != stored.Header.Database.Name => "The manifest names another database than the index.",
        _ => null,
    };

    private void CompareContent(ContentReadout content, BackupIndex? recorded)
    {
        if (recorded is null)
        {
            const string reason = "Neither the index nor the record at the file's end can be used.";
            checks.Skip(Kind.Rows, reason);
            checks.Skip(Kind.Fingerprints, reason);
            return;
        }

        Set(
            Kind.Rows,
            ContentComparison.CompareRows(content.Summary, recorded),
            FormattableString.Invariant($"{content.Summary.Rows} rows in {recorded.Tables.Count} tables are those recorded."));
        Set(
            Kind.Fingerprints,
            ContentComparison.CompareContent(content.Summary, recorded),
            FormattableString.Invariant(
                $"Fingerprints of {recorded.Tables.Count} tables, {recorded.LargeObjects.Count} large objects and {recorded.Sequences.Count} sequences agree."));
    }

    private void Set(Kind kind, string? problem, string detail) =>
        checks.Set(kind, problem is null ? null : new StructureProblem(ErrorCatalog.ContentDiffers, problem), detail);
}
