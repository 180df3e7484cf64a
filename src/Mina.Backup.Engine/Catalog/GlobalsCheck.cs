using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Checks the companion with roles and tablespaces.</summary>
internal sealed class GlobalsCheck
{
    // What pg_dumpall writes last; psql's \unrestrict may follow.
    private static readonly byte[] Trailer = "-- PostgreSQL database cluster dump complete"u8.ToArray();

    private readonly VerificationSubject subject;
    private readonly KeyRing keys;
    private readonly CheckList checks;

    /// <summary>Prepares the check.</summary>
    public GlobalsCheck(VerificationSubject subject, KeyRing keys, CheckList checks)
    {
        this.subject = subject;
        this.keys = keys;
        this.checks = checks;
    }

    /// <summary>Bytes read from the store.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Does the check.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (subject.GlobalsFileName is not { } fileName)
        {
            checks.NotApplicable(VerificationCheckKind.Globals, "The backup has no companion with roles and tablespaces.");
            return;
        }

        try
        {
            var problem = await FindProblemAsync(fileName, cancellationToken);
            checks.Set(VerificationCheckKind.Globals, problem, "The companion with roles and tablespaces is intact.");
        }
        catch (StorageException error) when (error.Definition == ErrorCatalog.ObjectNotFound)
        {
            checks.Fail(VerificationCheckKind.Globals, error.Definition, $"The companion {fileName} is missing.");
        }
        catch (IntegrityException error)
        {
            checks.Fail(VerificationCheckKind.Globals, error.Definition, error.Message);
        }
        catch (EncryptionException error)
        {
            checks.Fail(VerificationCheckKind.Globals, ErrorCatalog.BackupCorrupt, $"What opened the data file does not open {fileName}. {error.Message}");
        }
    }

    private async Task<StructureProblem?> FindProblemAsync(string fileName, CancellationToken cancellationToken)
    {
        await using var stream = await subject.Store.OpenReadAsync(fileName, cancellationToken);
        await using var container = await ContainerReader.OpenAsync(stream, keys, fileName, cancellationToken);
        var scanner = new ScriptScanner();
        var hasTrailer = false;
        var tail = Array.Empty<byte>();
        await foreach (var block in container.ReadBlocksAsync(cancellationToken))
        {
            using (block)
            {
                scanner.Append(block.Span);
                // The trailer may be cut by a block's edge, so the end of the one before is kept in front.
                byte[] window = [.. tail, .. block.Span];
                hasTrailer |= window.AsSpan().IndexOf(Trailer) >= 0;
                tail = window[^Math.Min(window.Length, Trailer.Length)..];
            }
        }

        BytesRead = container.Totals.StoredLength;
        return FindProblem(fileName, container.Totals, scanner.Complete(), hasTrailer);
    }

    private StructureProblem? FindProblem(string fileName, ContainerReadTotals totals, ScriptSummary summary, bool hasTrailer)
    {
        if (subject.Manifest?.Globals is { } expected && (expected.Size != totals.StoredLength || expected.Sha256 != totals.Sha256))
        {
            return new StructureProblem(ErrorCatalog.BackupCorrupt, $"Size or SHA-256 of {fileName} is not that of the manifest.");
        }

        if (summary.Hazards.Count > 0)
        {
            return new StructureProblem(ErrorCatalog.HostileScript, $"{fileName}: {DumpChecks.Describe(summary.Hazards)}");
        }

        return hasTrailer ? null : new StructureProblem(ErrorCatalog.DumpIncomplete, $"{fileName} breaks off before its end.");
    }
}
